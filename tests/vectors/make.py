"""Write the published vectors: what each scheme gives for texts in many scripts. Run it only for a new scheme.

- `minhash-v1.json`: shingles, signatures and band keys;
- `fold-v2.json`: folded texts and the places of their tokens, with what `fold-v1` made of them;
- `scores-fold-v1.json`: what the shipped models and the counts behind quality read of texts, by `fold-v1`, and what
  they say; made before there was a `fold-v2`. A model that is trained anew brings scores of its own.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from dedupe import kernels
from dedupe.boilerplate.categories import shipped_categories
from dedupe.boilerplate.model import shipped_model
from dedupe.kernels.reference import fingerprints as reference
from dedupe.quality.stopwords import load_stop_words
from dedupe.text.encode import encode_batch
from dedupe.text.fold import fold_tokens
from dedupe.text.tables import FOLD_V1

FOLDER = Path(__file__).parent
TEXTS = [
    "", "a", "The quick brown fox jumps over the lazy dog.", "THE QUICK brown fox", "L’été dernier, à Paris…",
    "Größe und Straße", "İstanbul ve ısparta", "Příliš žluťoučký kůň", "Tiếng Việt có dấu", "Ẹ kú ọjọ́ mẹ́ta",
    "Съешь ещё этих мягких французских булок", "Їжак і ґанок", "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία",
    "نص حكيم له سر قاطع", "עטלף אבק נס דרך מזגן", "ऋषियों को सताने वाले दुष्ट राक्षसों", "আমি কাচ খেতে পারি",
    "நான் கண்ணாடி சாப்பிடுவேன்", "ನಾನು ಗಾಜನ್ನು ತಿನ್ನಬಲ್ಲೆ", "ฉันกินกระจกได้ แต่มันไม่ทำให้ฉันเจ็บ", "ຂ້ອຍກິນແກ້ວໄດ້",
    "ខ្ញុំអាចញ៉ាំកញ្ចក់បាន", "ကျွန်တော် ကျွန်မ မှန်စားနိုင်တယ်", "我能吞下玻璃而不伤身体。", "私はガラスを食べられます。ｶﾞﾗｽ",
    "나는 유리를 먹을 수 있어요", "መስታወት መብላት እችላለሁ", "Կրնամ ապակի ուտել", "მინას ვჭამ და არა მტკივა", "ཤེལ་སྒོ་ཟ་ནས་",
    "exam-\nple &eacute;t&#233; ½ x² ™", "\ud800 lone \udfff surrogates \x00 NUL",
]  # fmt: skip

# What folds of two versions take differently: escaped entities, letters of two keyboards, digits of scripts.
FOLDED = [
    "d&amp;eacute;j&amp;#224; vu &amp;amp;#xE0; l&amp;amp;amp;rsquo;&amp;nbsp;aube",
    "R&amp;amp;amp;D, AT&amp;T; &amp;x",
    "&amp;amp;amp;amp;amp;amp;amp;eacute; &amp;amp;amp;amp;amp;amp;amp;amp;eacute;", "＆ａｍｐ；ｅａｃｕｔｅ；",
    "&#38;#233; &#x26;#xFF06;oelig; &amp;;", "على علي علی", "كتاب کتاب ﮐﺘﺎﺏ", "فى في فی ﻓﻲ ﻓﻰ", "ے ې ۍ ڪ گ",
    "٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९ ০১২৩৪৫৬৭৮৯", "๐๑๒๓๔๕๖๗๘๙ ໐໑໒໓໔໕໖໗໘໙", "༠༡༢༣༤༥༦༧༨༩ ၀၁၂၃၄၅၆၇၈၉",
    "០១២៣៤៥៦៧៨៩ ᠐᠑᠒᠓᠔᠕᠖᠗᠘᠙", "𝟘𝟙𝟚 ０１２ ①② 一二三 Ⅳ ½", "صفحة ٣ من ١٧، ۲۵٪", "ปี๒๕๖๘", "&amp;#1633;&#1634;",
]  # fmt: skip
# Language and text.
SCORED = [
    ("ar", "اشترك في نشرتنا البريدية على الموقع"), ("ar", "© ٢٠٢٤ جميع الحقوق محفوظة"),
    ("ar", "اقرأ أيضا: على مدى ٣ أيام"),
    ("ar", "قال علي إن الطريق إلى المدينة طويل، وإن المطر لم يتوقف منذ ليلة أمس."),
    ("ar", "قال علی إن الطریق إلی المدینة طویل، وکان المطر لا یتوقف منذ ۲ لیلة."),
    ("fa", "ما را در شبکه‌های اجتماعی دنبال کنید"), ("fa", "کلیه حقوق این سایت محفوظ است ۱۴۰۲"),
    ("fa", "او گفت كه راه به شهر طولاني است و باران از ديشب نايستاده است."), ("hi", "पृष्ठ ३ का १७"),
    ("hi", "हमारे न्यूज़लेटर की सदस्यता लें, २४ घंटे समाचार"), ("bn", "পৃষ্ঠা ৩ এর ১৭, ২০২৪ সাল"),
    ("th", "หน้า ๓ จาก ๑๗ ติดตามเรา"),
    ("fr", "Lire aussi&amp;nbsp;: l&amp;#8217;&amp;eacute;t&amp;eacute; 2023"),
    ("fr", "Partager &amp;laquo; ceci &amp;raquo;"),
    ("en", "Share on Facebook &amp;amp; Twitter"), ("en", "Read more &raquo; 12 comments"), ("en", "Page 3 of 17"),
    ("en", "The committee will meet again on ٥ May to discuss the budget."), ("ja", "１２件のコメント"),
    ("und", "١"), ("und", "ى"),
    ("und", "&amp;eacute;"), ("und", "۰۱۲۳۴۵۶۷۸۹"), ("und", ""),
]  # fmt: skip


def make_minhash() -> list[dict[str, Any]]:
    """What the reference gives, a row for each text."""
    rows = []
    for text in TEXTS:
        flat = encode_batch([text])
        folded, _ = reference.fold_bytes(flat)
        signature, fingerprint = reference.sign(flat, 0, 3, 8)
        rows.append(
            {
                "text": text,
                "folded": folded.tobytes().decode(),
                "tokens": _hex(reference.tokenize(flat).hashes),
                "word:3": _hex(reference.shingle_sets(flat, 0, 3)[0]),
                "char:5": _hex(reference.shingle_sets(flat, 1, 5)[0][:8]),
                "fingerprint": _hex(fingerprint),
                "signature": _hex(signature[0]),
                "bands": _hex(reference.band_keys(signature, 4, 2)[0]),
            }
        )
    return rows


def make_folds() -> list[dict[str, Any]]:
    """What the reference gives, a row for each text."""
    rows = []
    for text in [*TEXTS, *FOLDED]:
        tokens = fold_tokens(text)
        rows.append(
            {
                "text": text,
                "tokens": [[token.text, token.start, token.end] for token in tokens],
                "fold-v1": " ".join(token.text for token in fold_tokens(text, FOLD_V1)),
            }
        )
    return rows


def make_scores() -> list[dict[str, Any]]:
    """What the kernels in use give, a row for each text."""
    languages, texts = zip(*SCORED, strict=True)
    batch = encode_batch(texts)
    features = kernels.boilerplate_features(batch)
    scores = shipped_model().scores([batch])
    categories = shipped_categories().scores([batch])
    stop = load_stop_words()
    counts = kernels.quality_counts(batch, stop.words, stop.masks, stop.bits(languages))
    chars, char_ends, words, word_ends, shapes = features
    return [
        {
            "text": text,
            "chars": _digest(chars[char_ends[i] : char_ends[i + 1]]),
            "words": _digest(words[word_ends[i] : word_ends[i + 1]]),
            "shapes": shapes[i].tolist(),
            "score": [int(column[i]) for column in scores],
            "categories": categories[i].tolist(),
            "key": f"{int(kernels.recurrence_keys(batch)[i]):x}",
            "quality": counts[i].tolist(),
        }
        for i, text in enumerate(texts)
    ]


FILES = {"minhash-v1.json": make_minhash, "fold-v2.json": make_folds, "scores-fold-v1.json": make_scores}


def _digest(values: np.ndarray[Any, Any]) -> str:
    return hashlib.sha256(values.astype("<u4").tobytes()).hexdigest()[:16]


def _hex(values: np.ndarray[Any, Any]) -> list[str]:
    return [f"{value:x}" for value in values.tolist()]


if __name__ == "__main__":
    for name, make in FILES.items():
        (FOLDER / name).write_text(json.dumps(make(), indent=1) + "\n", "ascii")
