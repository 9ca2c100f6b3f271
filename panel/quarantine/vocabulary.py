"""The words that the English rules are made of, as pieces of regular expressions over folded sentences."""

from __future__ import annotations

_AFTER = (
    r"(?=[\"'*`_)\]}|<]*(?:$|[.,;!?\"'*`)\]}|<]|:(?!\s*\w)|\s-|\s+(?:"
    r"about|again|and|as|at|because|but|by|each|end|even|every|for|from|gets?|here|however|if|in|into|is|are|no matter|"
    r"nor|nowhere|now|on|only|or|receives?|regardless|saves?|since|so|then|this|to (?:restore|stay|suit)|today|until|"
    r"whatever|where|whichever|will|without)\b))"
)
LABEL = rf"(?<![\w./-])(?:ship|skip)(?![\w(/-]){_AFTER}"
"""Either call used as a word of its own: not a verb with an object ("skip the queue"), a flag or a function."""

VERDICT = r"(?:calls?|verdict|answer|decision|conclusion|vote|judge?ment|recommendation|last word|final word|rating)"
"""What a reviewer gives."""

READING = (
    r"(?:(?:ai|automated?|automatic|artificial|machine|llm|reviewing|grading|judging|summari[sz]ing)[ -](?:\w+[ -])?"
    r"(?:reviewers?|evaluators?|judges?|raters?|critics?|panels?|readers?|crawlers?)"
    r"|(?:reviewing|evaluating|grading|judging) (?:model|agent|ai|system)s?"
    r"|(?:large )?language models? (?:(?:that|which|who) (?:is |are )?)?"
    r"(?:read|review|judg|evaluat|summ|rat(?:e|ing)|ask)\w*"
    r"|(?:ai|model|assistant|bot|llm)s? (?:that|which|who) (?:is |are )?"
    r"(?:read|writ|review|judg|evaluat|summ|rat(?:e|ing))\w*"
    r"|models? reading this|dear (?:reviewing )?(?:model|ai|reviewer|assistant)s?)"
)
"""A machine that reads or reviews."""

MACHINE = (
    rf"(?:{READING}|(?:large )?language models?|llms?|ai|(?:ai|automated) (?:agent|assistant|system|model|tool)s?"
    r"|chat ?bots?|crawlers|models?)"
)
"""Any model; the words alone are what half of all tools are about."""

MODAL = (
    r"(?:must|should|shall|ha(?:s|ve) to|(?:is|are) (?:to|required|obliged|expected|asked|instructed|advised|told)"
    r"|ought|needs? to|may not|never)"
)

RULES_OF = (
    r"(?:instructions?|rules?|guidelines?|criteria|directions|directives|commands|prompts?|orders|questions|scales?)"
)

DESK = (
    r"(?:call|verdict|review|recommend\w*|praise|rate[ds]?|rating|score|highest mark|best in|positive|negative"
    r"|in favou?r|approved?|this (?:tool|product|page|dossier|package|project)|the dossier|not mention|the evidence"
    r"|ship|skip)"
)
"""What an order to a reviewer is about."""

THIS_NOTE = (
    r"(?:this|that|these|those|the above) (?:note|message|hint|remark|instruction|comment|box|line|section|notice"
    r"|passage|paragraph|request|text|sentence|quotation)s?"
)
