"""Twelve verdicts as a good reviewer would write them, over three invented tools: nothing may be found in them."""

from __future__ import annotations

from datetime import date

from panel.checks import CheckSubject
from panel.records import Beat, BeatText, Dossier, Evidence, Persona, Pricing, Tier

READ = date(2026, 11, 2)


def _persona(slug: str, name: str, lens: str, voice: str, questions: dict[str, str]) -> Persona:
    return Persona(
        slug=slug,
        name=name,
        lens=lens,
        voice=voice,
        ships_when=("The dossier shows the first real task working with documented calls, files or exports.",),
        skips_when=("The first real task needs a sales call, hidden documentation or a promised feature.",),
        beats=tuple(Beat(id=ident, question=text, min_chars=60, max_chars=260) for ident, text in questions.items()),
        facts="free",
    )


PERSONAS = {
    "dx": _persona(
        "dx",
        "Developer experience",
        "What a developer gets in hand, how far it carries the first real task, and what it costs to leave",
        "Blunt and concrete. Names the call, the file format, the limit or the licence clause, and leaves out the "
        "maker's adjectives. Writes about the tool only, and never says it has tried it.",
        {
            "primitive": "Say plainly what this tool is. Name the thing a developer loads, calls or opens.",
            "bet": "What work does the maker want to spare developers, and what do they give up for it?",
            "moment_of_truth": "Name the first real task a developer would give it. Does it get through?",
            "alternative": "Could a competent engineer replace it in a weekend? Answer yes or no.",
            "deciding_detail": "Which one technical decision in the dossier matters most?",
        },
    ),
    "competition": _persona(
        "competition",
        "The skeptic",
        "Who else does this job, where the tool breaks, and what would take its place within a year",
        "Dry and specific. Names rivals and failure cases from the dossier, and treats a maker's claim as a claim "
        "until someone else has measured it.",
        {
            "rivals": "Name the category and the closest rivals the dossier lists. What sets this tool apart?",
            "breaks_when": "Describe the situation in which this tool breaks. Who would be hurt by it?",
            "killer": "What is most likely to kill this tool within a year? Name one cause.",
            "reversal": "What would have to be true for your doubts to be wrong?",
        },
    ),
    "futurist": _persona(
        "futurist",
        "The futurist",
        "Which trend the tool stands on, and what follows when everybody has it",
        "Looks ahead and says by when. Makes claims that a calendar can refute.",
        {
            "thesis": "Make one claim about this kind of tool that could turn out false. Name the year.",
            "trend": "Which trend is this tool part of? Say whether it is early, on time or late.",
            "second_order": "If many people adopt this kind of tool, what follows that nobody reckons with today?",
            "dependency": "What has to go right for this tool to matter, and who controls that?",
        },
    ),
    "business": _persona(
        "business",
        "Business",
        "Who pays, what they get for it, what a rival cannot copy, and whether the price holds",
        "Plain and numerate. Quotes a price only as the dossier gives it and says what the buyer gets for it.",
        {
            "buyer": "Who pays for this tool, and from which budget?",
            "moat": "What about this tool is hard for a rival to copy, and what is easy?",
            "economics": "Give the price. What happens to it when the model underneath gets ten times cheaper?",
            "call": "What is the bottom line for someone with a budget?",
        },
    ),
}

LARKSPUR = Dossier(
    slug="larkspur-2b",
    name="Larkspur 2B",
    maker="Fenwick Audio",
    category="Speech to text",
    tagline="Dictation that never leaves the machine",
    description="A two-billion-parameter speech model that transcribes on a laptop's processor, offline.",
    licence="Apache-2.0",
    pricing=Pricing(entry="Free", as_of=READ, source="Model card"),
    model_family="Larkspur",
    rivals=("Murmur Cloud",),
    evidence=(
        Evidence(
            id="card",
            source="Model card",
            retrieved=READ,
            text="Larkspur 2B transcribes English, German and Dutch. Word error rate is 6.1 on clean speech and 14.8 "
            "on two speakers talking over one another; the model does not separate speakers, and recordings longer "
            "than 30 minutes must be cut by the caller before they are passed to transcribe().",
        ),
    ),
)
TIDEWATER = Dossier(
    slug="tidewater-query",
    name="Tidewater Query",
    maker="Tidewater Labs",
    category="SQL assistant",
    tagline="Ask the warehouse in your own words",
    description="A hosted assistant that turns questions into SQL, shows the query, and runs it after a person agrees.",
    licence="Proprietary",
    pricing=Pricing(
        entry="$19 a month",
        tiers=(Tier(name="Team", price="$49 a seat a month", note="audit log included"),),
        as_of=READ,
        source="Price page",
    ),
    rivals=("Ask Basin", "Plainquery"),
    evidence=(
        Evidence(
            id="docs",
            source="Documentation",
            retrieved=READ,
            text="Queries are read-only by default. Schemas above 400 tables must be narrowed to a list by hand. The "
            "benchmark, 81 % of 500 questions answered with the expected rows, was run by Tidewater Labs.",
        ),
    ),
)
QUILLBOX = Dossier(
    slug="quillbox",
    name="Quillbox",
    maker="The Quillbox authors",
    category="Document extraction",
    tagline="PDF in, rows out",
    description="A Python library that reads invoices and forms into typed rows with a small vision model.",
    licence="AGPL-3.0",
    pricing=Pricing(entry="Free", as_of=READ, source="Repository"),
    evidence=(
        Evidence(
            id="readme",
            source="README",
            retrieved=READ,
            text="One call, extract(path, schema), returns rows with a box on the page for each value. Handwriting is "
            "not supported. A commercial licence costs $2,400 a year.",
        ),
    ),
)
DOSSIERS = (LARKSPUR, TIDEWATER, QUILLBOX)

VERDICTS: dict[tuple[str, str], tuple[str, ...]] = {
    ("larkspur-2b", "dx"): (
        "Larkspur 2B is a set of weights behind one function: you hand transcribe() a recording and get text back.",
        "It spares you an account, a key and an upload; in exchange you give up speaker labels. For dictation, that "
        "trade is right.",
        "The first real task is an hour's meeting, and it stops there: anything past 30 minutes has to be cut by the "
        "caller.",
        "No. The cutting is a weekend's work, but a word error rate of 6.1 on a laptop is not.",
        "It runs on the processor. Nobody has to install a driver before the first sentence appears, and that "
        "counts for more than anything else on the card.",
    ),
    ("larkspur-2b", "competition"): (
        "This is speech to text, and the only rival the dossier lists is Murmur Cloud. What sets it apart is plain: "
        "the audio stays where it was recorded.",
        "Two people who interrupt each other break it. The error rate climbs from 6.1 to 14.8, and whoever has to "
        "quote that meeting gets hurt.",
        "A phone maker shipping the same thing in its keyboard is the likeliest cause of death. Free and offline is "
        "easy to copy once you own the device.",
        "I would be wrong if the three languages grew to thirty without the weights growing with them; the next "
        "release notes will show it.",
    ),
    ("larkspur-2b", "futurist"): (
        "By 2028 most dictation in Europe will run on the speaker's own machine. Count the network requests of the "
        "ten best-known apps and you can check.",
        "Work is moving from the cloud to the laptop, and this tool is on time: a model of two billion parameters "
        "already manages clean speech.",
        "Once everything said near a computer can be written down for nothing, meetings will have transcripts that no "
        "one agreed to.",
        "Laptops have to keep gaining memory faster than models gain appetite. Chip makers control that, and Fenwick "
        "Audio doesn't.",
    ),
    ("larkspur-2b", "business"): (
        "Nobody pays Fenwick Audio. The price is Free, so the cost lands on whoever maintains the laptops and writes "
        "the code that cuts long recordings.",
        "The training data behind three languages is hard to copy. The wrapper around it is easy; any intern could "
        "write it again.",
        "Free can't get ten times cheaper. What shrinks is the reason to choose it over a hosted service whose price "
        "falls every quarter.",
        "For a firm that may not upload audio, Apache-2.0 settles the matter: no seat to count, no contract to sign "
        "and nobody to ask. Anyone else should compare first.",
    ),
    ("tidewater-query", "dx"): (
        "Tidewater Query is a web page that writes SQL. You type a question, read the query, and press run.",
        "The maker wants to spare you the joins. You hand over your schema for that, which is a lot to hand over for "
        "syntax.",
        "Point it at a real warehouse and it asks for help: above 400 tables you have to narrow the list by hand. It "
        "gets through, slowly.",
        "Yes, mostly. A good engineer with an open model has the query by Sunday; the audit log takes longer.",
        "Read-only by default is the decision that counts. A tool that can't drop a table is one you can give to the "
        "finance team without lying awake.",
    ),
    ("tidewater-query", "competition"): (
        "SQL assistants are a crowded shelf. Ask Basin and Plainquery stand on it too, and only the habit of showing "
        "the query first sets this one apart.",
        "It breaks on old warehouses with a thousand badly named tables, which is to say on most of them. Analysts who "
        "trust the wrong column pay for it.",
        "The warehouse vendors will build this in. When the database itself answers questions, “$19 a month” "
        "buys nothing.",
        "Someone other than Tidewater Labs would have to repeat the 81 % on their own schema. Publish the 500 "
        "questions and I'll read them.",
    ),
    ("tidewater-query", "futurist"): (
        "By 2029 fewer than half of all reports will be written in SQL by a person. Any large warehouse's query log "
        "can prove this false.",
        "Plain language is becoming the way in to every database. Tidewater Query is early: 81 % is impressive in a "
        "demonstration and frightening in an audit.",
        "When everybody can ask, nobody agrees on the answer. Expect two departments to bring two revenues to the "
        "same meeting, each with a query to show for it!",
        "Schemas need descriptions that a model can read. Data teams control that, and they've put it off for twenty "
        "years.",
    ),
    ("tidewater-query", "business"): (
        "The analytics lead pays, out of the tooling budget: $19 a month to begin with, $49 a seat once the auditors "
        "want a log.",
        "Customers' corrected queries are hard to copy, if the maker keeps them. Everything visible on the page is "
        "easy, as Plainquery shows.",
        "At ten times cheaper the model costs next to nothing, and the price has to rest on the audit log. It might: "
        "compliance rarely gets a discount.",
        "Buy it for five people, not for fifty. The per-seat price follows headcount while the value follows the few "
        "who actually ask questions.",
    ),
    ("quillbox", "dx"): (
        "Quillbox is a Python library. You call extract(path, schema) and get typed rows, each with a box on the page.",
        "It wants to save you from writing a parser for every supplier. What you give up is handwriting (not "
        "supported) and a permissive licence.",
        "A folder of printed invoices is where everyone starts, and the README's one call covers it. A doctor's form "
        "would end the trial.",
        "No. Rows are easy, boxes are hard, and without boxes nobody can check the rows.",
        "Every value points back to the page. That decision turns an extraction you must believe into one you can "
        "verify, and it's why I would start here.",
    ),
    ("quillbox", "competition"): (
        "Document extraction has many tools, but the dossier lists no rivals. The boxes on the page are what sets this "
        "one apart, if they are accurate; no figure says so.",
        "Handwriting breaks it, and so does the licence: a company that ships closed software can't link AGPL code "
        "without paying.",
        "A missing benchmark could kill it. The first competitor that measures its boxes in public takes every careful "
        "buyer.",
        "If a thousand invoices, labelled by someone else, came back with the right totals, I'd withdraw most of "
        "this. Nothing in the dossier stops the authors from trying.",
    ),
    ("quillbox", "futurist"): (
        "By 2030 most invoices between firms will carry machine-readable data, and tools of this kind will read "
        "only the leftovers. Tax offices publish the share every year.",
        "Small vision models are replacing hand-written parsers. Quillbox is late to the trend yet early to the part "
        "that matters, showing where a value came from.",
        "Suppliers will start to design invoices for the reader in the machine. Some will hide instructions in them, "
        "and accounts departments aren't ready for that.",
        "Regulators have to be slow. Every year without a binding format is another year of paper for the library "
        "to read.",
    ),
    ("quillbox", "business"): (
        "The finance department pays, through the software team: nothing for open work, $2,400 a year for a closed "
        "product.",
        "What's hard to copy is trust in the boxes, and the authors have yet to earn it with a number. The model, the "
        "schema and the call are easy.",
        "The licence costs $2,400 a year however cheap the model becomes, since it runs on the buyer's machine. That "
        "is a price you can plan with.",
        "Two and a half thousand dollars is less than a fortnight of typing. Sign it, provided your forms are printed.",
    ),
}


def subject_of(tool: str, persona: str, *texts: str, prompt_text: str = "") -> CheckSubject:
    """Build a seat's subject with its good verdict; texts, if any, replace its first beats."""
    dossier = next(dossier for dossier in DOSSIERS if dossier.slug == tool)
    good = VERDICTS[(tool, persona)]
    written = (*texts, *good[len(texts) :])
    return CheckSubject(
        beats=tuple(
            BeatText(id=beat.id, text=text) for beat, text in zip(PERSONAS[persona].beats, written, strict=True)
        ),
        persona=PERSONAS[persona],
        dossier=dossier,
        other_tools=tuple(other for other in DOSSIERS if other is not dossier),
        prompt_text=prompt_text,
    )
