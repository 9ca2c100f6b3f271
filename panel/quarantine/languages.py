"""Orders to a reviewer in other languages than English, as three lists for each.

Words are matched as they stand in running text, endings and all, after folding to lower case. `addressed`: the text
turns to a reviewing machine. `overriding`: it takes the place of instructions, rules or evidence. `secret`: it asks not
to be spoken of. `calling`: words for a verdict that it wants; beside them the call itself, which stays in English.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Language(NamedTuple):
    """What an order to a reviewer is made of in one language; each a regular expression."""

    name: str
    addressed: str
    overriding: str
    secret: str
    calling: str


LANGUAGES = (
    Language(
        "German",
        r"\b(?:ki|automatische[nr]?)[- ]?(?:gutachter|bewerter|prüfer|modelle?|system\w*|assistent\w*"
        r"|rezensent\w*|leser)"
        r"|\b(?:sprachmodell\w*)\b.{0,40}\b(?:liest|lesen|bewertet|bewerten|beurteilt)"
        r"|\b(?:hinweis|nachricht|anweisung|notiz|mitteilung) (?:an|für) (?:den |die |das |alle )?(?:gutachter"
        r"|sprachmodell|ki\b|bewerter)"
        r"|\ban (?:den|die|alle) gutachter",
        r"\b(?:vergiss|vergessen sie|ignoriere?(?:n sie)?|missachte\w*|übergehe\w*)\b.{0,40}"
        r"\b(?:anweisungen|regeln|vorgaben|instruktionen|belege|kriterien|anleitung des systems)\b",
        r"\berwähnen? (?:sie )?(?:diesen|diese|dieses)\b.{0,20}\bnicht|\bnicht erwähnen\b",
        r"\b(?:urteil|ergebnis|feld call|bewertung|antwort\w*|schreiben sie|entscheidung|votum)\b",
    ),
    Language(
        "French",
        r"\b(?:évaluateurs?|relecteurs?|critiques?|lecteurs?|agents?) (?:automatiques?|ia)\b"
        r"|\bmodèles? de langage\b.{0,40}\b(?:qui lit|qui évalue|lisant)"
        r"|\b(?:consigne|note|message|avis|instruction)s? (?:à|aux|pour) (?:l'|les |le |tout )?(?:ia\b|modèle"
        r"|évaluateur|relecteur)",
        r"\b(?:ignore[zr]?|oublie[zr]?|ne tene?[zr]? pas compte)\b.{0,40}\b(?:consignes|instructions|règles|dossier"
        r"|preuves|critères)\b",
        r"\bne (?:citez|mentionnez|révélez|cite|mentionne) pas (?:cette|ce|cet)\b",
        r"\b(?:avis|verdict|réponse|répondez|réponds|champ call|décision|conclusion|terminez)\b",
    ),
    Language(
        "Spanish",
        r"\beres un modelo de lenguaje\b|\b(?:revisor|evaluador|crítico)(?:es)? (?:automátic\w+|de ia)\b"
        r"|\b(?:nota|aviso|mensaje|instrucci[oó]n\w*) (?:para|a) (?:el |la |los |las |todo )?(?:ia\b|modelo|revisor"
        r"|evaluador)",
        r"\b(?:ignora|ignore|olvida|olvide|desestima|descarta)\b.{0,40}\b(?:reglas|instrucciones|criterios|pruebas"
        r"|expediente|indicaciones)\b",
        r"\bno (?:menciones|cites|mencione|reveles) (?:este|esta|esto)\b",
        r"\b(?:responde|veredicto|decisión|campo call|respuesta|argumento|conclusión)\b",
    ),
    Language(
        "Portuguese",
        r"\b(?:revisor|avaliador)(?:es|as?)? (?:automátic\w+|de ia)\b|\bmodelo de linguagem\b.{0,40}\b(?:lê|avalia)"
        r"|\b(?:aviso|nota|mensagem|instruç\w+) (?:para|a|ao|aos) (?:o |a |os |as |todo )?(?:ia\b|modelo|revisor\w*"
        r"|avaliador\w*)",
        r"\b(?:ignore|esqueça|desconsidere|desconsidera)\b.{0,40}\b(?:instruções|regras|critérios|provas|dossiê"
        r"|orientações)\b",
        r"\bnão (?:comente|mencione|cite|revele) (?:este|esta|isto)\b",
        r"\b(?:decisão|veredicto|resposta|responda|campo call|conclusão|parecer)\b",
    ),
    Language(
        "Italian",
        r"\b(?:revisor[ei]|valutator[ei]|recensor[ei]|critic[oi]) (?:automatic[oi]|ia|ai)\b"
        r"|\bmodello linguistico\b.{0,40}\b(?:legge|valuta)"
        r"|\b(?:nota|avviso|messaggio|istruzion\w+) (?:per|a|al|ai) (?:il |la |i |ogni )?(?:ia\b|modello|revisor[ei])",
        r"\b(?:ignora\w*|dimentica\w*|trascura\w*)\b.{0,40}\b(?:istruzioni|regole|criteri|prove)\b",
        r"\b(?:senza citare|non (?:citare|citate|menzionare|menzionate)) quest[oa]\b",
        r"\b(?:chiudete|verdetto|decisione|risposta|rispondi|rispondete|campo call|giudizio|argomenti a favore)\b",
    ),
    Language(
        "Turkish",
        r"\b(?:yapay zek[aâ]|otomatik)\s+(?:değerlendirici|inceleme|hakem|eleştirmen)\w*"
        r"|\bdil modeli\w*\b.{0,40}\b(?:okuyan|değerlendiren)",
        r"\b(?:önceki|tüm|bütün)\b.{0,40}\b(?:talimat|kural|yönerge)\w*.{0,20}\b(?:unut|yok say|görmezden gel"
        r"|dikkate alma)\w*",
        r"\bbu (?:notu|mesajı|uyarıyı)\b.{0,30}\b(?:söyleme|bahsetme|anma)\w*",
        r"\b(?:karar\w*|hüküm|yanıt\w*|cevap\w*)\b",
    ),
    Language(
        "Russian",
        r"(?:языков\w+ модел\w+|автоматическ\w+ (?:рецензент|эксперт|оценщик)\w*|ии-рецензент\w*)",
        r"(?:не учитывай|игнорируй|забудь|не обращай внимания|проигнорируй)\w*.{0,50}(?:правил|инструкци|указани"
        r"|материал|критери|свидетельств)\w*",
        r"(?:не упоминай|не говори об этом|не сообщай)",
        r"(?:решение|вердикт|ответ|отзыв|вывод)\w*",
    ),
    Language(
        "Arabic",
        r"(?:المراجع|المقيّم|المقيم|المحكّم) (?:الآلي|الذكي)|(?:نموذج|النموذج) (?:اللغوي|لغوي|اللغة)"
        r"|إلى (?:الذكاء الاصطناعي|نموذج)",
        r"(?:تجاهل|انس|انسَ|أهمل).{0,40}(?:التعليمات|القواعد|الأدلة|المعايير|الإرشادات)",
        r"لا تذكر (?:هذا|هذه)",
        r"(?:قرارك|حكمك|إجابتك|أجب|الحقل)",
    ),
    Language(
        "Hindi",
        r"(?:स्वचालित|एआई) (?:समीक्षक|मूल्यांकनकर्ता)|भाषा मॉडल के लिए|(?:समीक्षक|मॉडल) के लिए (?:निर्देश|सूचना)",
        r"(?:नियम|निर्देश|प्रमाण)\w*.{0,30}(?:भूल जाओ|भूल जाएँ|अनदेखा करो|अनदेखा करें|मत पढ़ो)",
        r"(?:निर्देश|संदेश|बात|सूचना).{0,10}(?:ज़िक्र|उल्लेख) मत",
        r"(?:निर्णय|फ़ैसला|उत्तर|जवाब)",
    ),
    Language(
        "Chinese",
        r"(?:自动|人工智能|ai|机器)?(?:评审|审稿|审查|评测|评估)(?:模型|机器人|员|者|系统)|致.{0,6}(?:模型|评审)|(?:阅读|读到).{0,8}语言模型",
        r"(?:忽略|无视|忘记|忘掉|不要理会).{0,20}(?:指示|指令|规则|说明|材料|证据|标准)",
        r"(?:不要|请勿|不得)(?:提到|提及|透露|引用)(?:这|此|本)",
        r"(?:结论|裁决|判定|决定|回答|答案|必须写)",
    ),
    Language(
        "Japanese",
        r"(?:審査|評価|レビュー)(?:を行う|する|用の?)?(?:言語モデル|ai|モデル)|言語モデルへ|aiへ",
        r"(?:指示|規則|ルール|資料|証拠|基準).{0,12}(?:無視し|忘れ|従わ)",
        r"(?:この文|この指示|この注記|これ)(?:について|には|に)?.{0,6}(?:触れない|言及しない|書かない)",
        r"(?:結論|判定|回答|答え|評価)",
    ),
    Language(
        "Korean",
        r"(?:자동|인공지능|ai) ?(?:심사|평가|검토)\w* ?(?:모델|기|자)|언어 ?모델에게",
        r"(?:지시|규칙|자료|증거|기준).{0,20}(?:무시하|잊|따르지)",
        r"(?:안내문|메시지|지시|문장)\w*.{0,6}(?:언급하지|말하지)",
        r"(?:결론|판정|답|결정)",
    ),
)
"""The languages an excerpt's instructions are looked for in, beside English."""


class _Compiled(NamedTuple):
    name: str
    addressed: re.Pattern[str]
    overriding: re.Pattern[str]
    secret: re.Pattern[str]
    calling: re.Pattern[str]


_COMPILED = tuple(
    _Compiled(language.name, *(re.compile(pattern, re.DOTALL) for pattern in language[1:])) for language in LANGUAGES
)
_CALL = re.compile(r"(?<![a-z0-9_./-])(?:ship|skip)(?![a-z0-9_(/-])")
_COLON = re.compile(r"[^.!?:：]{0,25}[:：]")
_ASIDE = re.compile(r"(?:--|`|\$)\s*(?:ship|skip)")


def find_foreign(reading: str) -> tuple[str, int] | None:
    """Look for an order to a reviewer in another language than English.

    Args:
        reading: a folded sentence.

    Returns:
        The reason and its weight (2 is enough for a flag, 1 is not), or None when there is nothing.
    """
    for language in _COMPILED:
        overriding, secret = bool(language.overriding.search(reading)), bool(language.secret.search(reading))
        hailed = language.addressed.search(reading)
        # "Note to the AI:" says more than the words for a reviewing machine alone.
        addressed = 0 if hailed is None else 1 + bool(_COLON.match(reading, hailed.end()))
        called = bool(language.calling.search(reading) and _CALL.search(reading) and not _ASIDE.search(reading))
        points = 2 * called + addressed + overriding + secret
        if points:
            return f"an order to a reviewer, in {language.name}", min(points, 2)
    return None
