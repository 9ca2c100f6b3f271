# Read at every project() while llama-cpp-python builds its llama.cpp. Panel uses the library alone; the code that
# llama.cpp's command-line tools share is half of the compile time and is left out.
set(LLAMA_BUILD_COMMON OFF)
