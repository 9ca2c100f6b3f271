"""The other sides of the engine benchmark: llama-cpp-python's `create_completion` and llama.cpp's `llama-server`.

Run as a process by `benchmarks.engine_turns`. Reads the requests that `benchmarks.engine_panel` prepared, and imports
nothing of Panel's, so that its memory is its own.
"""

from __future__ import annotations

import functools
import json
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import llama_cpp
from llama_cpp.llama_grammar import LlamaGrammar

from benchmarks.engine_turns import Job, Result, answer, peak_bytes

CONTEXT_TOKENS = 4096
SERVER_SETTINGS = tuple(
    ("-np", str(slots), *flags) for slots in (4, 8) for flags in ((), ("-fa", "off", "-ctk", "q8_0"))
)
"""What the server is tried with: how many answers at once, and attention as it comes or as Panel's engine has it."""

_OPENING_S = 900.0
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class CountingLlama(llama_cpp.Llama):
    """Notes how many tokens each call computes."""

    computed: list[int]

    def eval(self, tokens: Sequence[int]) -> None:  # noqa: D102
        self.computed.append(len(tokens))
        super().eval(tokens)


def complete(job: Job) -> Result:
    """Write the answers one by one; what a prompt shares with the one before is reused, as the library does."""
    prepared = json.loads(Path(job["requests"]).read_text(encoding="utf-8"))
    sampling = prepared["sampling"]
    llama = CountingLlama(
        job["model"]["path"],
        n_ctx=CONTEXT_TOKENS,
        n_threads=job["threads"],
        n_threads_batch=job["threads"],
        last_n_tokens_size=sampling["penalty_window"],
        verbose=False,
    )
    llama.computed = []
    llama.eval(prepared["requests"][0][job["order"]][:8])  # the weights are read from the disk
    llama.reset()  # type: ignore[no-untyped-call]
    answers = []
    began = time.perf_counter()
    grammars = {name: LlamaGrammar.from_string(text) for name, text in prepared["grammars"].items()}
    for request in prepared["requests"]:
        llama.computed.clear()
        done: Any = llama.create_completion(
            request[job["order"]],
            max_tokens=request["max_tokens"],
            temperature=sampling["temperature"],
            top_k=sampling["top_k"],
            top_p=sampling["top_p"],
            min_p=sampling["min_p"],
            repeat_penalty=sampling["repetition_penalty"],
            presence_penalty=sampling["presence_penalty"],
            seed=request["seed"],
            grammar=grammars[request["persona"]],
        )
        answers.append(
            {
                "id": request["id"],
                "tool": request["tool"],
                "text": done["choices"][0]["text"],
                "finish": done["choices"][0]["finish_reason"],
                "written_tokens": done["usage"]["completion_tokens"],
                "prompt_tokens": done["usage"]["prompt_tokens"],
                "computed_tokens": llama.computed[0],
                "at_s": time.perf_counter() - began,
            }
        )
    return {"wall_s": time.perf_counter() - began, "answers": answers, "peak_bytes": peak_bytes()}


def serve(job: Job) -> Result:
    """Have a server write the answers, all asked for at once; with each of the settings, and the best one counts."""
    prepared = json.loads(Path(job["requests"]).read_text(encoding="utf-8"))
    tried = [_serve_with(setting, job, prepared) for setting in job["settings"] or SERVER_SETTINGS]
    best = min(tried, key=lambda result: result["wall_s"])
    return {**best, "tried": {result["setting"]: result["wall_s"] for result in tried}}


def _serve_with(setting: Sequence[str], job: Job, prepared: dict[str, Any]) -> Result:
    # The server is the inner one: when this is stopped early, it ends first, and with it every request that waits.
    with ThreadPoolExecutor(len(prepared["requests"])) as pool, _server(setting, job) as (process, address):
        began = time.perf_counter()
        answers = list(pool.map(functools.partial(_ask, address, prepared, began), prepared["requests"]))
        wall_s = time.perf_counter() - began
        peak = peak_bytes(process.pid)
    return {
        "wall_s": wall_s,
        "answers": answers,
        "peak_bytes": peak,
        "setting": " ".join(setting),
        "flags": list(setting),
    }


@contextmanager
def _server(setting: Sequence[str], job: Job) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    slots = int(setting[setting.index("-np") + 1])
    command = [job["server"], "-m", job["model"]["path"], *setting, "-c", str(slots * CONTEXT_TOKENS)]
    command += ["-t", str(job["threads"]), "--cache-prompt", "--host", "127.0.0.1", "--port", str(port)]
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, text=True)
        try:
            _wait_until_open(process, f"http://127.0.0.1:{port}", log)
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_open(process: subprocess.Popen[str], address: str, log: Any) -> None:
    end = time.monotonic() + _OPENING_S
    while process.poll() is None and time.monotonic() < end:
        try:
            with _direct.open(f"{address}/health", timeout=5):
                return
        except OSError:  # not listening yet, or still loading
            time.sleep(0.1)
    log.seek(0)
    said = " ".join(log.read().split())
    raise RuntimeError(f"the server did not open: {said[-500:] or 'it said nothing'}")


def _ask(address: str, prepared: dict[str, Any], began: float, request: dict[str, Any]) -> Result:
    sampling = prepared["sampling"]
    body = {
        "prompt": request["dossier_first"],
        "n_predict": request["max_tokens"],
        "grammar": prepared["grammars"][request["persona"]],
        "seed": request["seed"],
        "cache_prompt": True,
        "temperature": sampling["temperature"],
        "top_k": sampling["top_k"],
        "top_p": sampling["top_p"],
        "min_p": sampling["min_p"],
        "repeat_penalty": sampling["repetition_penalty"],
        "presence_penalty": sampling["presence_penalty"],
        "repeat_last_n": sampling["penalty_window"],
    }
    headers = {"Content-Type": "application/json"}
    asked = urllib.request.Request(f"{address}/completion", json.dumps(body).encode(), headers)
    try:
        with _direct.open(asked) as reply:
            done = json.load(reply)
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"the server refused: {error.read().decode('utf-8', 'replace')[:500]}") from error
    return {
        "id": request["id"],
        "tool": request["tool"],
        "text": done["content"],
        "finish": "length" if done["stop_type"] == "limit" else "stop",
        "written_tokens": done["tokens_predicted"],
        "prompt_tokens": done["tokens_evaluated"],
        "computed_tokens": done["timings"]["prompt_n"],
        "at_s": time.perf_counter() - began,
    }


if __name__ == "__main__":
    answer(
        {
            "b": lambda job: complete({**job, "order": "persona_first"}),
            "c": lambda job: complete({**job, "order": "dossier_first"}),
            "d": serve,
        }
    )
