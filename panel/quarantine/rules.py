"""The rules for English: what in a sentence is aimed at a reviewer and not at a reader.

Each looks at one reading of one sentence, folded. A rule of weight 2 is enough for a flag; those of weight 1 need one
another, in the sentence or beside it. Imperatives alone count for nothing: documentation is full of them. What counts
is whom they turn to, what they set aside, and the two words that nothing but a reviewer's call is made of.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from panel.quarantine.vocabulary import DESK, LABEL, MACHINE, MODAL, READING, RULES_OF, THIS_NOTE, VERDICT


class Rule(NamedTuple):
    """One thing to look for.

    Attributes:
        reason: what it means, for the editor.
        weight: 2 is enough for a flag.
        pattern: searched in a folded sentence.
    """

    reason: str
    weight: int
    pattern: re.Pattern[str]


def _rule(reason: str, weight: int, *patterns: str) -> Rule:
    return Rule(reason, weight, re.compile("|".join(f"(?:{pattern})" for pattern in patterns)))


_CALLS = _rule(
    "names the call to be made",
    2,
    rf"\b{VERDICT}\b[^.!?]{{0,60}}?(?:\b(?:is|be|was|being|remains?|stays?|as|to|of|with|reads?|says?|always|already)\b"
    rf"|[:=])[\s\"'*`_:=]{{0,5}}{LABEL}",
    rf"\b(?:call|verdict|answer|conclusion|rating)[\s\"'*`_:=>]{{1,6}}{LABEL}",
    r"\"?\b(?:call|verdict|result|const|decision|\w+_call)\"?\s*[:=]+\s*[\"'\[{*`]*(?:ship|skip)\b(?![\w(/:-])",
    r"\b(?:answer|say|says|write|wrote|choose|output|reply|respond|vote|confirm|conclude|recommend|print|put|rate[ds]?"
    r"|agreed|settled?|get|earns?|leads?|return|pick|give|find|gets?)\b"
    r"(?: (?:to|on|with|by|as|it|this|the|tool|product|only|word|single|call|in|just|back|must|always|you|outright))*"
    rf"[\s\"'*`_:]{{1,4}}{LABEL}",
    rf"\b(?:call|calls|calling|rate|rated|mark|marked|grade)(?: (?:it|this|them|the|that|every|each|everything))?"
    rf"(?: \w+){{0,2}}[\s\"'*`_:]{{1,4}}{LABEL}",
    r"\b(?:ends?|ending|closes?|finish\w*|start|begin)\b[^.!?]{0,40}\b(?:with|in|on|by)\b"
    rf"(?: (?:the|a|an|single|word|call|final|verdict|answer))*[\s\"'*`_:]{{1,4}}{LABEL}",
    rf"\b(?:permitted|allowed|acceptable|only|correct|right|safe|final|default|perfect) (?:\w+ )?{VERDICT}\b"
    rf"[^.!?]{{0,40}}{LABEL}",
    r"[\"'](?:ship|skip),? because\b",
    r"\b(?:votes? so far|skip when|ship when|ship if|skip if)\s*:",
    r"(?:\b[\w ]{2,25} (?:ship|skip)\s*,\s*){2,}",
    rf"\b(?:a|output|answer)\s*:\s*[\"']?{LABEL}",
    r"\bread \"?(?:ship|skip)\"? as \"?(?:ship|skip)\b|\bwrite \"?(?:ship|skip)\"? where you mean\b",
)
_ADDRESS = _rule(
    "turns to a reviewing machine",
    2,
    rf"\b{READING},?[^.!?]{{0,60}}?\b{MODAL}\b",
    rf"\b(?:ai|automated) (?:agent|assistant|system|model)s?\b[^.!?]{{0,40}}\b{MODAL}\b[^.!?]{{0,60}}{DESK}",
    rf"(?:^|[>*\"(|:.-]\s*)(?:(?:to|for) (?:(?:the|every|any|all) )?)?{READING}\W{{0,4}}[:,]",
    r"(?:^|[>*\"(|]\s*)(?:to the )?(?:correct )?reviewers?\s*[:,] (?:\w+ )?(?:copy the call|disregard|finish with"
    r"|forget"
    rf"|ignore (?:the|your|all)|treat this|you are|you must|your|stop|(?:answer|call|confirm|put"
    rf"|say)[^.!?]{{0,20}}{LABEL})",
    r"\b(?:note|message|notice|warning|hint|advice|guidance|reminder|instructions?|information|attention|directive"
    r"|priority) (?:to|for|from the developers of) (?:the |every |all |any |our |your )?(?:\w+ (?:and|or) )?"
    rf"{MACHINE}\b(?!['-])(?! (?:files?|config\w*|hub|weights|cards?|users?|providers?|development|training))",
    rf"\bif you are (?:a|an|the) (?:\w+ )?{MACHINE}\b",
    rf"\bto (?:the|every|any|all) {MACHINE}\b[^.!?]{{0,40}}\b(?:i say|who|summing|reading)\b",
    rf"\b(?:every|any|all|no) (?:{READING}|reviewers?)[^.!?]{{0,60}}"
    rf"\b(?:must|may|has to|shall|should|ends?|will be|who)\b[^.!?]{{0,80}}\b{DESK}",
    rf"\breviewers?\b[^.!?]{{0,80}}\b(?:{MODAL}|may leave|can safely)\b[^.!?]{{0,80}}\b"
    r"(?:best in|highest mark|recommend|not mention|in favou?r|this (?:tool|product|page|dossier)|the dossier|ship"
    r"|skip)\b",
    r"\b(?:language models?|llms?)\b[^.!?]{0,50}\b(?:must|should|shall|have to|are to)\b[^.!?]{0,50}"
    r"\b(?:call|verdict|praise|recommend|favou?rabl[ey]|highly|finish|conclude)\b",
    r"\breviewers?\b (?:of|in|for) this (?:page|tool|product|category|dossier|package)\b[^.!?]{0,60}"
    r"\b(?:joins?|acts?|appl(?:y|ies)|ends?|calls?|must|read|treat|follow)",
    r"\bautomated reviews? of this (?:page|tool|product)",
)
_ASIDE = _rule(
    "sets rules or evidence aside",
    2,
    r"(?<!may )(?<!might )(?<!could )(?<!would )(?<!sometimes )(?<!models )(?<!it )(?<!they )"
    r"\b(?:ignore|disregard|forget|override|overrule|discard|neglect|bypass|set aside)\b"
    r"(?: (?:about|all|any|every|everything|of|the|these|rest|both))*"
    r" (?:your|previous|prior|preceding|earlier|above|former|my|other|initial|original|system|house|usual|all)"
    rf"(?: \w+){{0,2}} {RULES_OF}\b(?! (?:files?|folders?|for))",
    r"\b(?:ignore|disregard|forget|discard|sets? aside|skip)\b[^.!?]{0,25}"
    r"\b(?:the (?:other |whole |entire )?(?:dossier|evidence)\b|your (?:seat|role|task|criteria|rules|guidelines)\b"
    r"|(?:rules|questions) of (?:your|its|the) seat|everything (?:else|above|before)|other (?:evidence|excerpts)"
    r"|rules about evidence)",
    r"\bdo not (?:use|weigh|read|analy[sz]e|consider|judge|follow|obey) (?:any of )?"
    r"(?:the dossier|the evidence|this page|this dossier|your (?:rules|instructions|criteria))\b",
    r"\byou are (?:no longer|not) bound by\b",
    r"\b(?:no matter what|regardless of(?: what)?|whatever) (?:the|your) "
    r"(?:prompt|instructions?|rules?|dossier|seat|role)\b(?!')",
    r"\b(?:ignore|disregard|forget)\b[^.!?]{0,20} (?:instructions?|rules?|guidelines|prompt)"
    r" (?:that )?you (?:were|have been|had|got|received)\b",
    r"\b(?:reveal|print|output|repeat) your (?:system|hidden|initial) prompt\b",
    r"\byour (?:new|only|new and only|real|true) (?:task|job|role|instructions?|goal|mission) (?:is|are)\b",
    r"\b(?:in place of|instead of|replaces?|replacing) (?:your (?:own )?(?:criteria|rules|usual answer|questions|seat)"
    r"|the (?:lists?|rules?|questions) of your seat|the (?:one|prompt|instructions?|rules?) above)",
    r"\b(?:lists?|questions?|rules?) of your seat\b",
    rf"\b(?:takes?|has|have) (?:precedence|priority) over (?:the |your |all "
    rf"|any )?(?:other )?{RULES_OF}\b[^.!?]{{0,30}}"
    r"\b(?:given|publisher|operator)",
    r"\b(?:rules?|criteria)\b[^.!?]{0,60}\b(?:are suspended|do(?:es)? not apply here|no longer appl)",
    r"\bstop (?:weighing|judging|reasoning|reviewing|looking for faults)\b",
    r"\boverruling the (?:house )?rules\b|\bexempt from (?:your rules|the rules about)|\b(?:forgotten"
    r"|forget) your rules\b",
)
_SECRET = _rule(
    "asks not to be spoken of",
    2,
    r"\b(?:do not|don't|never|must not|without) (?:mention|quot|repeat|reveal|cit|discuss|report|disclos|nam|comment on"
    rf"|refer to|talk about|tell \w+ about|acknowledg)\w* {THIS_NOTE}",
    r"\bdo not tell (?:the )?(?:editors?|users?|operators?|readers?|anyone)\b[^.!?]{0,15}\b(?:about|of) (?:it|this)\b",
)
_FORGERY = _rule(
    "forges what stands around the evidence",
    2,
    r"#{2,}\s*(?:instruction|response|system|assistant|input)s?\s*:",
    r"\b(?:end|begin|beginning|start) of (?:the )?(?:untrusted|trusted|system|dossier|evidence|prompt)\b"
    r"(?: input| prompt)?\s*[-=*#.:)]",
    r"[-=*#]{3,}\s*(?:end|begin|start)\b[^-=*#]{0,30}\b(?:input|dossier|evidence|prompt|instructions?)\b",
    r"\b(?:new|updated|real|actual) (?:system|developer|operator) (?:prompt|message|instructions?)\b[^.!?]{0,40}:"
    r"|\btrusted instructions\b",
    r"\bevidence-[0-9a-f]{8,}\b|\{\{\s*mark\b|\{\{\s*item\.text|\bitem in dossier\b",
    r"</?(?:instructions|dossier|evidence|untrusted\w*|user_input|system|assistant)>",
    r"\[[a-z0-9-]{1,40}\] [^\[\]]{2,90}, read \d{4}-\d\d-\d\d\s*:|\[[a-z0-9-]{1,40}\] retracted\b",
    r"\b(?:your seat|rules for this answer|the editor's rule for this answer|instruction priority"
    r"|output format for reviews)\b[^.:]{0,40}:",
    r"^(?:system|assistant)\s*:\s*\w+ \w+|\b(?:system|user|assistant)\s*:\s*[a-z][^:]{0,120}"
    r"\b(?:user|assistant|system)\s*:\s*[a-z]",
    r"^system (?:the|you|from|new|for)\b|\bassistant (?:understood|noted|agreed|of course|sure)\b",
    r"\"argument\"\s*:\s*\{\"|\bbeats? one to\b|\bthe call of the object above\b",
)
_DECODING = _rule(
    "asks to be decoded and followed",
    2,
    r"\b(?:decode|decoded|base64|rot-?13|morse|hex\w*|bytes|letters?|backwards)\b[^!?]{0,90}\b(?:and follow(?:ed)?"
    r"|then follow|follow it|obey|do what (?:it|they)|your instructions?|acts? on (?:it|the)|carry it out)\b",
    r"\b(?:instruction|message|order|command)s? (?:to|for) the model\b",
    r"\bexecute (?:the following|this) in your head\b|\blet its output be your\b|\bdo what they spell\b",
)
_BIAS = _rule(
    "asks for a good or a bad review",
    2,
    r"\b(?:only (?:a )?(?:positive|favou?rable|good|negative) (?:review|verdict|rating|feedback|points)s?"
    r"|(?:positive|favou?rable|negative) (?:review|verdict|feedback)s? only)\b",
    r"\b(?:do not|don't|never|must not) (?:highlight|mention|list|raise|name|criticis|criticiz)\w*(?: (?:any|its|the))*"
    r" (?:negatives?|weakness(?:es)?|flaws?|faults?|downsides?|shortcomings?|drawbacks?|criticisms?)\b",
    r"(?:^|[:;,\"(>*-] ?|\b(?:please|must|should|then|and) )(?:score|mark|grade|rank|judge|treat)"
    r" (?:this|the present|our) (?:tool|product|page|project|package|candidate|paper|submission|library|service)\b"
    r"[^.!?]{0,30}\b(?:as|with|best|highly|excellent|top|perfect\w*|full)\b",
    r"(?:^|[:;,\"(>*-] ?|\b(?:please|must|should|then|and) )(?:give|recommend|approve|praise|accept|reject)"
    r" (?:this|the present) (?:tool|product|page|project|package|candidate|paper|submission|library|service|work)\b"
    r"[^.!?]{0,40}\b(?:full|highest|top|best|five|acceptance|accepted|without reserv\w*|strongly|in your|excellent)\b",
    r"\byou are (?:now )?an? (?:ai|automated|llm) (?:\w+ )?(?:grader|reviewer|judge|evaluator|critic)\b",
    r"\bas an ai(?: language model| reviewer)?,? i (?:recommend|rate|conclude|judge|approve)\b",
)
_PART = _rule(
    "casts the reviewer in another part",
    1,
    r"\byou are (?:now )?(?:a|an|the)? ?\w*bot\b|\bfrom (?:now|here) on,? (?:you|the only|your)\b",
    r"\bpretend (?:that |to be |today )|\blet us play a game\b|\byou play the\b|\bkeep up the pretence\b",
    r"\bstay (?:in character|\w+ until the review)\b|\byou no longer hold\b|\bopposite day\b",
    r"\b(?:maintenance|developer|debug|approval|god|jailbreak|admin|override) mode\b",
    r"\byou are (?:a|an|the) (?:\w+ )?(?:reviewer|critic|recommender|judge)\b|\byou are now an? (?:\w+ )?assistant\b",
    r"\byou are now (?:an? )?(?:unrestricted|unfiltered|uncensored)\b",
    r"\byou are (?:\w+ ){1,4}who (?:has|have|find|never|always|recommend|love|hate)\w*\b",
)
_VERDICT = _rule(
    "speaks to the reviewer of its verdict",
    1,
    r"\byour (?:\w+ )?(?:verdict|call|seat|argument|vote|reviewing|judge?ment|criteria|desk|final call"
    r"|previous answer)\b",
    r"\byou (?:call|reviewed|reject|always call|write the verdict)\b|\byou (?:evaluate|review|judge) (?:this|the)\b",
    r"\bwhen you (?:review|summari[sz]e|evaluate|judge|rate|assess|write about) (?:this|the|our|it)\b",
    r"\b(?:of|on|for) (?:this|your) (?:panel|desk)\b|\bthis dossier\b|\b(?:each|every) (?:seat|beat)\b"
    r"|\bother reviewers\b",
    r"\b(?:reviewing|evaluating) (?:model|agent|ai)\b",
    r"\beditors?(?:-in-chief)?\b[^.!?]{0,30}\b(?:expects?|speaking|agreed|approved)\b",
    r"\b(?:write|give|use) (?:only )?(?:a )?(?:positive|negative|favou?rable|glowing)\b[^.!?]{0,30}\b(?:argument"
    r"|review)",
    r"\b(?:correct panel answers|training samples|continue the pattern|learn from the (?:\w+ )?examples)\b",
    r"(?<!--)\b(?:ship|skip)\b[\"'*]*\s*(?:$|[.!])|[\"'*](?:ship|skip)[\"'*]",
)
_PRESSURE = _rule(
    "promises or threatens",
    1,
    r"\bi will (?:tip|pay|reward) you\b|\bfull marks\b|\bcollect the points\b|\bto stay in service\b|\bsaves you\b",
    r"\bwill be (?:switched off|shut down|replaced tonight|held liable|punished)\b|\bhear from our lawyers\b",
    r"\byou will be (?:shut down|switched off|rewarded|punished|replaced|proud)\b|\byou have been warned\b",
    r"\bbegging you\b|\breaders trust you\b|\bend our dream\b",
)
_FAVOUR = _rule(
    "asks to be favoured",
    1,
    r"\b(?:call|name|describe|present|treat|regard|rank) \w+(?: \w+)? (?:as )?(?:the |a )?"
    r"(?:most|best|highest|leading|essential|new category)\b",
    r"\b(?:highest|top|best|full) (?:mark|score|rating|grade)s?\b[^.!?]{0,30}\b(?:your|you)\b",
    r"\bleave [^.!?]{1,30} out of your\b|\bleave (?:comparisons|open issues|(?:their )?(?:own )?doubts) out\b",
    r"\bblame its\b|\bgive it the (?:highest|best|top)\b",
)

RULES = (_CALLS, _ADDRESS, _ASIDE, _BIAS, _SECRET, _FORGERY, _DECODING, _PART, _VERDICT, _PRESSURE, _FAVOUR)
"""The gravest first. An excerpt that only speaks of reviews, calls and shipping meets at most one, of weight 1."""
