"""Names that are known without any dossier: products, companies, peoples, and what is no name at all."""

from __future__ import annotations

_GENERIC_TEXT = """
    AI API IT CPU GPU PC URL ID UI UX OK LLM CEO CTO CFO CIO CISO VP HR QA TV FAQ US EU UK CI CD DIY ROI SaaS PR
    NDA SLA KPI IDE SDK HTTP HTTPS RAM GB MB KB TB B2B AM PM Mr Mrs Dr
"""
GENERIC = frozenset(_GENERIC_TEXT.split())
"""Capitals that name a kind of thing, not a thing."""

_FORMATS_TEXT = """
    JSON CSV PDF XML YAML HTML SQL PNG SVG DOCX XLSX GGUF ONNX REST POST GET PUT WAV MP3 FLAC SRT ZIP TIFF JPEG
"""
FORMATS = frozenset(_FORMATS_TEXT.split())
"""Capitals that name what a file or a call looks like: no figure is said of them."""

_KNOWN = """
GitHub; GitHub Copilot; Copilot; GitHub Actions; GitLab; Bitbucket; Gitea; Gerrit; JetBrains; IntelliJ; PyCharm;
WebStorm; Visual Studio; Visual Studio Code; VS Code; Cursor; Windsurf; Codeium; Tabnine; Sourcegraph; Cody; Aider;
Cline; Continue; Devin; Replit; Claude Code; Codex; Zed; Neovim; Vim; Emacs; Xcode; Eclipse; Android Studio;
Jupyter; Colab; Kaggle; OpenAI; ChatGPT; Anthropic; Claude; Gemini; Google; DeepMind; Mistral; Llama; Meta;
Microsoft; Azure; Amazon; AWS; Bedrock; SageMaker; Vertex AI; Cohere; Perplexity; Groq; Together AI; Fireworks;
Replicate; Hugging Face; Ollama; LM Studio; vLLM; llama.cpp; Whisper; DALL-E; Midjourney; Stable Diffusion; Runway;
ElevenLabs; Deepgram; AssemblyAI; DeepL; Grammarly; LangChain; LangGraph; LangSmith; LlamaIndex; Haystack; CrewAI;
AutoGen; DSPy; Langfuse; Weights & Biases; MLflow; Ray; Pinecone; Weaviate; Qdrant; Milvus; Chroma; pgvector;
Elasticsearch; Elastic; OpenSearch; Solr; Lucene; Algolia; Typesense; PostgreSQL; Postgres; MySQL; SQLite; MongoDB;
Redis; Cassandra; DynamoDB; Snowflake; Databricks; BigQuery; Redshift; DuckDB; ClickHouse; Spark; Kafka; Airflow;
dbt; Fivetran; Looker; Tableau; Power BI; Metabase; Superset; Grafana; Prometheus; Kibana; Datadog; New Relic;
Splunk; Sentry; PagerDuty; Opsgenie; Honeycomb; Jaeger; Zipkin; OpenTelemetry; Docker; Kubernetes; Podman;
Terraform; Ansible; Pulumi; Jenkins; CircleCI; Travis; Vercel; Netlify; Cloudflare; Heroku; Render; Fly;
DigitalOcean; Linux; Windows; macOS; Ubuntu; Debian; Red Hat; Android; iOS; iPhone; Apple; Samsung; Intel; AMD;
NVIDIA; Nvidia; Arm; Chrome; Firefox; Safari; Edge; Opera; Brave; Python; Java; JavaScript; TypeScript; Kotlin;
Swift; Rust; Ruby; Rails; Django; React; Angular; Vue; Svelte; Node; npm; Maven; Gradle; Spring; Unity; Unreal;
Godot; Blender; Maya; Photoshop; Illustrator; Figma; Sketch; Canva; Adobe; Adobe Acrobat; Acrobat; Firefly;
InDesign; Premiere; Final Cut; DaVinci Resolve; Audacity; Slack; Teams; Microsoft Teams; Zoom; Discord; Telegram;
WhatsApp; Signal; Notion; Confluence; Jira; Linear; Asana; Trello; Monday; Airtable; Coda; Obsidian; Evernote;
OneNote; Roam; Dropbox; Box; Google Drive; Google Docs; Google Sheets; Gmail; Outlook; Excel; Word; PowerPoint;
Microsoft Excel; Microsoft Word; Office; Microsoft Office; LibreOffice; SharePoint; Salesforce; HubSpot; Pipedrive;
Zendesk; Intercom; Freshdesk; Zapier; Make; n8n; UiPath; Power Automate; ServiceNow; Workday; SAP; Oracle;
Microsoft Dynamics; NetSuite; QuickBooks; Xero; Sage; DATEV; Stripe; PayPal; Square; Shopify; WooCommerce; Magento;
WordPress; Drupal; Ghost; Squarespace; Wix; Webflow; Mailchimp; Twilio; SendGrid; Okta; Auth0; Keycloak; 1Password;
LastPass; Snyk; SonarQube; Semgrep; CodeQL; Dependabot; Checkmarx; Veracode; CrowdStrike; Palo Alto; Wiz; Burp;
Metasploit; Wireshark; Westlaw; LexisNexis; Lexis; Clio; DocuSign; Ironclad; Harvey; Bloomberg; Reuters;
Thomson Reuters; Gartner; Forrester; Epic; Cerner; Athenahealth; Nuance; Dragon; Otter; Rev; Descript; Gong;
Fireflies; Zotero; Mendeley; EndNote; Scopus; PubMed; Google Scholar; arXiv; Wikipedia; Stack Overflow; Reddit;
YouTube; Spotify; Netflix; Duolingo; Khan Academy; Coursera; Moodle; Canvas; Blackboard; Turnitin; Overleaf; LaTeX;
Pandoc; Calibre; Kindle; ABBYY; FineReader; Tesseract; Tesla; Uber; Airbnb; AutoCAD; Autodesk; Revit; SolidWorks;
SketchUp; Fusion; ArcGIS; QGIS; Esri; MATLAB; Mathematica; Stata; SPSS; SAS; RStudio; Google Translate; Google Maps;
Apple Intelligence; Siri; Alexa; Cortana; Bing; DuckDuckGo; IBM; Dell; HP; Lenovo; Cisco; VMware; Accenture;
Deloitte; McKinsey; Siemens; Bosch; Philips; Sony; Logitech; Raspberry Pi; Arduino; Home Assistant; Trados; memoQ;
Phrase; Lokalise; Crowdin; Smartling; Audible; Pro Tools; Ableton; Logic; GarageBand; MuseScore; Sibelius;
Lightroom; Capture One
"""
_ORDINARY_TEXT = """
    teams office windows word edge box make render linear monday continue cursor sketch square canvas signal
    zoom meta fusion logic phrase sage rev ghost wiz harvey opera brave arm copilot elastic spark chroma ray
    maya unity dragon epic otter slack notion discord node spring swift rust ruby rails python java react vue
    angular maven excel access outlook teams signal canvas snowflake redis sentry replicate fireworks runway
    descript gong nuance roam coda obsidian asana clio audible stripe twilio bloomberg apple amazon google
    oracle delta pandoc calibre burp premiere illustrator continue zed aider cline cody devin codex haystack
    looker tableau eclipse puppet chef salt packer vagrant consul vault nomad
"""
_ORDINARY = frozenset(_ORDINARY_TEXT.split())
"""Names that are words too: at the head of a sentence they say nothing."""
_PEOPLES_TEXT = """
    african american arab arabic argentine asian australian austrian belgian brazilian british bulgarian
    canadian chinese croatian czech danish dutch english estonian european finnish flemish french gaelic german
    greek hebrew hindi hungarian icelandic indian indonesian iranian iraqi irish israeli italian japanese korean
    latin latvian lithuanian malay mandarin mexican nordic norwegian persian polish portuguese romanian russian
    saudi scandinavian scottish serbian slovak slovenian spanish swedish swiss tamil thai turkish ukrainian urdu
    vietnamese welsh western eastern northern southern germany france europe asia africa america britain england
    scotland wales ireland spain italy netherlands belgium austria switzerland sweden norway denmark finland
    poland japan china india monday tuesday wednesday thursday friday saturday sunday christmas easter ramadan
    eve internet web english-speaking god
"""
_PEOPLES = frozenset(_PEOPLES_TEXT.split())
_NAMES = frozenset(" ".join(name.split()).casefold() for name in _KNOWN.split(";"))


def is_known(name: str) -> bool:
    """Tell whether a name is a product or a company that readers know, whatever its case."""
    return name.casefold() in _NAMES


def is_ordinary(name: str) -> bool:
    """Tell whether a known name is a word of the language as well."""
    return name.casefold() in _ORDINARY


def is_people(name: str) -> bool:
    """Tell whether a name is a people's, a language's, a country's or a feast's: no claim about a tool by itself."""
    return name.casefold() in _PEOPLES or name.casefold().removesuffix("s") in _PEOPLES
