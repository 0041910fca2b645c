"""Write `minhash-v1.json`: what scheme minhash-v1 gives for texts in many scripts. Run it only for a new scheme."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from dedupe.fingerprint import reference
from dedupe.text.encode import encode_batch

FILE = Path(__file__).with_name("minhash-v1.json")
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


def make() -> list[dict[str, Any]]:
    """What the reference gives, a row for each text."""
    rows = []
    for text in TEXTS:
        flat = encode_batch([text])
        folded, _ = reference.fold_bytes(*flat)
        signature, fingerprint = reference.sign(*flat, 0, 3, 8)
        rows.append(
            {
                "text": text,
                "folded": folded.tobytes().decode(),
                "tokens": _hex(reference.tokenize(*flat).hashes),
                "word:3": _hex(reference.shingle_sets(*flat, 0, 3)[0]),
                "char:5": _hex(reference.shingle_sets(*flat, 1, 5)[0][:8]),
                "fingerprint": _hex(fingerprint),
                "signature": _hex(signature[0]),
                "bands": _hex(reference.band_keys(signature, 4, 2)[0]),
            }
        )
    return rows


def _hex(values: np.ndarray[Any, Any]) -> list[str]:
    return [f"{value:x}" for value in values.tolist()]


if __name__ == "__main__":
    FILE.write_text(json.dumps(make(), indent=1) + "\n", "ascii")
