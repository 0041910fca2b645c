"""Languages: answers on plain sentences, and laws that hold for any text."""

import json
import random
from importlib.util import find_spec

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import detect_language, kernels
from dedupe.errors import InputError
from dedupe.kernels.reference import language as score
from dedupe.language import detectors
from dedupe.language.detect import known_languages, load_calibration
from dedupe.language.profiles import _log2, load_profiles
from dedupe.text.encode import encode_batch
from tests.conftest import make_text

SENTENCES = {
    "ar": "ارتفع منسوب النهر خلال الليل وغمر الحقول القريبة من القرية.",
    "cs": "Řeka se v noci zvedla a zaplavila pole kolem celé vesnice.",
    "de": "Der Fluss ist über Nacht gestiegen und hat die Felder rund um das Dorf überflutet.",
    "el": "Το ποτάμι φούσκωσε τη νύχτα και πλημμύρισε τα χωράφια γύρω από το χωριό.",
    "en": "The river rose overnight and flooded the fields around the village.",
    "es": "El río creció durante la noche e inundó los campos alrededor del pueblo.",
    "fr": "Le fleuve est monté pendant la nuit et a inondé les champs autour du village.",
    "he": "הנהר עלה במהלך הלילה והציף את השדות שמסביב לכפר.",
    "hi": "नदी रात भर में चढ़ गई और गाँव के आसपास के खेतों में पानी भर गया।",
    "it": "Il fiume è salito durante la notte e ha allagato i campi intorno al paese.",
    "ja": "川は夜のうちに増水し、村の周りの畑を水浸しにした。",
    "ko": "강물이 밤새 불어나 마을 주변의 밭을 모두 덮었다.",
    "nl": "De rivier is vannacht gestegen en heeft de velden rond het dorp overstroomd.",
    "pl": "Rzeka podniosła się w nocy i zalała pola wokół całej wioski.",
    "pt": "O rio subiu durante a noite e inundou os campos ao redor da aldeia.",
    "ru": "Река поднялась за ночь и затопила поля вокруг деревни.",
    "sv": "Floden steg under natten och översvämmade åkrarna runt byn.",
    "th": "แม่น้ำเอ่อสูงขึ้นในตอนกลางคืนและท่วมทุ่งนารอบหมู่บ้าน",
    "tr": "Nehir gece boyunca yükseldi ve köyün çevresindeki tarlaları su bastı.",
    "uk": "Річка піднялася за ніч і затопила поля навколо села.",
    "vi": "Con sông dâng cao trong đêm và làm ngập những cánh đồng quanh làng.",
    "zh": "河水一夜之间上涨，淹没了村子周围的田地。",
}
SCRIPTS = "ab A.Éß ا한あ中ÀÀ@://-\n\u200b𠀀ا\ud800"


def key_of(gram: str) -> int:
    """The characters of an n-gram in one number."""
    key = 0
    for char in gram:
        key = key << 16 | ord(char)
    return key


def test_languages_of_sentences() -> None:
    found = detect_language(SENTENCES)
    assert dict(zip(SENTENCES, found.codes, strict=True)) == {code: code for code in SENTENCES}
    assert all(language.probability >= 0.7 for language in found)


def test_nothing_to_go_by_is_undetermined() -> None:
    found = detect_language(["", "42", "http://example.com/the-river-rose-overnight", "@@@ ..."])
    assert found.codes == ["und"] * 4
    assert found.probability.tolist() == [0.0] * 4
    assert len(detect_language([])) == 0


MORE_SENTENCES = {
    "am": "ወንዙ በሌሊት ሞልቶ በመንደሩ ዙሪያ ያሉትን ማሳዎች አጥለቀለቀ።",
    "be": "Рака паднялася за ноч і затапіла палі вакол вёскі.",
    "cy": "Cododd yr afon dros nos a gorlifo'r caeau o amgylch y pentref.",
    "ca": "El riu va créixer durant la nit i va inundar els camps del voltant del poble.",
    "eu": "Ibaia gauean hazi zen eta herriaren inguruko soroak urez bete zituen.",
    "ga": "D'ardaigh an abhainn thar oíche agus bádh na páirceanna timpeall an tsráidbhaile.",
    "gl": "O río medrou durante a noite e asolagou os campos que hai arredor da aldea.",
    "hy": "Գետը գիշերվա ընթացքում բարձրացավ և հեղեղեց գյուղի շուրջ գտնվող դաշտերը։",
    "is": "Áin óx um nóttina og flæddi yfir túnin í kringum þorpið.",
    "ka": "მდინარე ღამით ადიდდა და სოფლის ირგვლივ მინდვრები დატბორა.",
    "kk": "Өзен түнде көтеріліп, ауылдың айналасындағы егістіктерді су басты.",
    "km": "ទន្លេបានឡើងនៅពេលយប់ ហើយបានលិចវាលស្រែជុំវិញភូមិ។",
    "ky": "Дарыя түнү көтөрүлүп, айылдын айланасындагы талааларды суу каптады.",
    "mn": "Гол шөнийн турш үерлэж, тосгоны эргэн тойрон дахь талбайг усанд автуулав.",
    "my": "မြစ်ရေသည် ညတွင်းချင်း မြင့်တက်လာပြီး ရွာပတ်လည်ရှိ လယ်ကွင်းများကို လွှမ်းမိုးခဲ့သည်။",
    "si": "රාත්‍රියේ ගඟ පිරී ගොස් ගම වටා ඇති කුඹුරු යට විය.",
    "sr": "Река је преко ноћи порасла и поплавила поља око села.",
}
# Letters that have one capital, which has no other small letter, in scripts with two cases.
CASED = [
    char
    for block in (range(0x41, 0x250), range(0x386, 0x530), range(0x531, 0x557), range(0x10D0, 0x10F1))
    for char in map(chr, block)
    if char.isalpha() and len(char.upper()) == len(char.lower()) == 1
]


def test_languages_of_more_profiles() -> None:
    found = detect_language(MORE_SENTENCES)
    assert dict(zip(MORE_SENTENCES, found.codes, strict=True)) == {code: code for code in MORE_SENTENCES}


def test_languages_that_are_one_class_in_short_texts_are_sure_of_it() -> None:
    croatian, malay = detect_language(
        ["Rijeka je preko noći narasla i poplavila polja oko sela.", "Sungai itu naik pada waktu malam."]
    )
    assert croatian.code in {"bs", "hr", "sr"} and malay.code in {"id", "ms"}
    lines = (
        "Feri itu tiba lewat pada hari Jumaat kerana ribut. Nakhoda memberitahu penumpang supaya tunggu di jeti. "
    )
    for text in (lines, lines + "Pihak berkuasa pelabuhan membuka semula laluan pada waktu petang. " * 4):
        (found,) = detect_language([text])
        assert found.code in {"id", "ms"} and found.probability > 0.9


def test_capitals_are_counted_as_small_letters() -> None:
    characters = load_profiles().characters
    different = [c for c in CASED if len({int(characters[ord(one)]) for one in (c, c.lower(), c.upper())}) > 1]
    assert different == []


@given(st.text(st.sampled_from([*CASED, " ", ".", "中", "ا"]), max_size=80))
def test_capitals_change_no_answer(text: str) -> None:
    small, as_is, large = detect_language([text.lower(), text, text.upper()])
    assert small == as_is == large


def test_capitals_change_no_answer_of_sentences() -> None:
    texts = [text for code, text in {**SENTENCES, **MORE_SENTENCES}.items() if code not in {"de", "hy"}]
    assert detect_language(texts).codes == detect_language([text.upper() for text in texts]).codes


@pytest.mark.parametrize(
    "text", ["ⵜⴰⵎⴰⵣⵉⵖⵜ ⵜⴰⵏⴰⵡⴰⵢⵜ", "བོད་ཀྱི་སྐད་ཡིག", "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ", "ދިވެހި ބަސް", "ꆈꌠꁱꂷ", "𐌲𐌿𐍄𐌹𐍃𐌺𐌰 𐍂𐌰𐌶𐌳𐌰"]
)
def test_a_script_without_profile_is_undetermined(text: str) -> None:
    assert [*detect_language([text, f"{text} {text} (Tai)"])] == [("und", 0.0)] * 2


@given(st.text(st.characters(min_codepoint=0x13A0, max_codepoint=0x167F), min_size=1, max_size=40))
def test_letters_of_scripts_without_profile_are_undetermined(text: str) -> None:
    assert detect_language(text)[0] == ("und", 0.0)


def test_chinese_and_japanese_with_latin_words_go_by_script() -> None:
    texts = ["我喜欢 machine learning 和 deep learning", "新しい Machine Learning のモデルを GitHub で公開しました"]
    assert detect_language(texts).codes == ["zh", "ja"]
    assert detect_language("She learned the word 水 and its many readings in one evening.").codes == ["en"]


@given(
    st.lists(st.text(st.sampled_from(SCRIPTS + "thequickbrown"), max_size=60), max_size=4),
    st.lists(st.sampled_from(["da", "no", "ru", "zh", "ko", "sr"]), min_size=1, max_size=3),
)
def test_answers_come_from_the_languages_asked_for(texts: list[str], languages: list[str]) -> None:
    assert set(detect_language(texts, threshold=0.01, languages=languages).codes) <= {*languages, "und"}


def test_languages_limits_the_choice() -> None:
    text = SENTENCES["sv"]
    assert detect_language(text).codes == ["sv"]
    assert detect_language(text, threshold=0.01, languages=["da", "no"]).codes[0] in {"da", "no"}
    # None of its letters are in Greek.
    assert [*detect_language(text, threshold=0.01, languages=["el"])] == [("und", 0.0)]
    assert detect_language(text, languages=known_languages())[0].code == "sv"
    for languages, message in (
        (["en", "tlh"], "no profile for tlh"),
        ("en", "must be a list"),
        ([], "must be a list"),
        ([3], "must be a list"),
    ):
        with pytest.raises(InputError, match=message):
            detect_language(text, languages=languages)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="not both"):
        detect_language(text, languages=["en"], detector=Stub())


def test_a_higher_threshold_takes_back_answers() -> None:
    text = ["banana"]
    (sure,), (unsure,) = detect_language(text, threshold=0.01), detect_language(text, threshold=1.0)
    assert sure.code != "und" == unsure.code
    assert sure.probability == unsure.probability
    with pytest.raises(InputError, match="threshold"):
        detect_language(text, threshold=0)


def test_names_in_another_script_do_not_count() -> None:
    (found,) = detect_language("Компания Google Deutschland объявила о новых правилах для рекламы.")
    assert found.code == "ru"


def test_answers_are_a_table_and_take_arrow() -> None:
    texts = list(SENTENCES.values())
    table = detect_language(pa.array(texts)).to_arrow()
    assert table.column_names == ["id", "language", "probability"]
    assert table["language"].to_pylist() == list(SENTENCES)


def test_the_answer_depends_neither_on_threads_nor_on_neighbours(words: random.Random) -> None:
    texts = [f"{words.choice(list(SENTENCES.values()))} {i}" for i in range(200)]
    whole = detect_language(texts, threads=2)
    alone = [detect_language(text, threads=1)[0] for text in texts]
    assert list(whole) == alone


@given(st.lists(st.text(st.sampled_from(SCRIPTS), max_size=60), max_size=4))
def test_any_text_has_an_answer(texts: list[str]) -> None:
    for code, probability in detect_language(texts):
        assert 0 <= probability <= 1 and (code == "und" or probability >= 0.7)


@pytest.mark.skipif(not kernels.native, reason="the native core is not in use")
@given(st.lists(st.text(st.sampled_from(SCRIPTS + "thequickbrown"), max_size=80), max_size=4))
def test_scores_agree(texts: list[str]) -> None:
    profiles = load_profiles()
    arguments = (encode_batch(texts), profiles.tables())
    for one, other in zip(kernels.language_scores(*arguments), score.language_scores(*arguments), strict=True):
        assert one.dtype == other.dtype and np.array_equal(one, other)


@pytest.mark.skipif(not kernels.native, reason="the native core is not in use")
@pytest.mark.parametrize("number", range(6))
def test_tables_that_do_not_fit_are_refused(number: int) -> None:
    tables = list(load_profiles().tables())
    tables[number] = tables[number][:-1]
    with pytest.raises(ValueError, match="do not fit together"):
        kernels.language_scores(encode_batch(["a"]), tuple(tables))


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    text = "The river rose. " * 700 + "El río creció. " * 9000
    (found,) = detect_language(text)
    assert found.code == "en"


def test_n_grams_are_those_of_langdetect() -> None:
    """Of small letters without addresses, marks, foreign words, Greek accents and ı, up to three letters."""
    from langdetect import detector_factory

    profiles = load_profiles()
    detector_factory.init_factory()
    for code, text in SENTENCES.items():
        if code in {"el", "tr"}:
            continue
        detector = detector_factory._factory.create()
        detector.append(text.lower())
        detector.cleaning_text()
        theirs = [key_of(gram) for gram in detector._extract_ngrams()]
        known = set(profiles.keys.tolist()) & set(theirs)
        ours = [key for key in score._grams(text, profiles.characters) if key in known]
        assert ours == [key for key in theirs if key in known]


def test_most_answers_are_those_of_langdetect() -> None:
    from langdetect import DetectorFactory, detect

    DetectorFactory.seed = 0
    same = [detect(text).split("-")[0] == code for code, text in SENTENCES.items()]
    assert sum(same) >= len(same) - 2


def test_logarithms_are_exact_to_half_a_unit() -> None:
    values = [1, 2, 3, 255, 256, 257, 10**6 + 1, (1 << 40) + 12345]
    assert _log2(np.array(values, np.int64)).tolist() == [round(256 * float(np.log2(value))) for value in values]


def test_the_calibration_is_of_these_profiles() -> None:
    from importlib.resources import files

    table = json.loads((files("dedupe.language") / "calibration.json").read_text("ascii"))
    assert table["scheme"] == load_profiles().scheme
    assert all((np.diff(limits) >= 0).all() for limits in load_calibration().limits)
    assert all(len(factors) == 101 and (np.diff(factors) >= 0).all() for factors in load_calibration().factors)


def test_made_up_words_are_undetermined(words: random.Random) -> None:
    assert set(detect_language([make_text(words, 100) for _ in range(20)]).codes) == {"und"}


class Stub:
    def detect(self, texts: list[str]) -> list[tuple[str, float]]:
        return [("xx", 0.8)] * (len(texts) - 1)


def test_another_detector_can_be_asked() -> None:
    with pytest.raises(InputError, match="answered 1 times to 2"):
        detect_language(["a", "b"], detector=Stub())


@pytest.mark.parametrize(
    ("adapter", "package"), [("Py3LangId", "py3langid"), ("Lingua", "lingua"), ("Pycld2", "pycld2")]
)
def test_adapters_answer(adapter: str, package: str) -> None:
    if not find_spec(package):
        with pytest.raises(InputError, match="pip install"):
            getattr(detectors, adapter)()
        pytest.skip(f"{package} is not installed")
    texts = [SENTENCES["fr"], SENTENCES["ru"], SENTENCES["ja"], "", "\x00\ud800 12"]
    found = detect_language(texts, detector=getattr(detectors, adapter)())
    assert found.codes[:3] == ["fr", "ru", "ja"]
    assert all(0 <= language.probability <= 1 for language in found)
