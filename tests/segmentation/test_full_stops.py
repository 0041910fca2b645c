"""Full stops behind abbreviations, initials and ordinal numbers end no sentence; others do: there `|` stands."""

import importlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import kernels, segment
from dedupe.kernels.records import AUTO, SENTENCES
from dedupe.kernels.reference import segment as reference
from dedupe.text.encode import encode_batch

TITLES = [
    "बैठक में श्री. मोहन ने भाषण दिया।|फिर सब घर गए।",
    "कल डॉ. सिंह और प्रो. शर्मा आए।|वे पं. नेहरू के बारे में बोले।",
    "डॉ. बी. आर. अंबेडकर और ए. पी. जे. अब्दुल कलाम।|दोनों महान थे।",
    "यह पुस्तक पृ. १२ पर है।|यह ठीक है।",
    "ते डॉ. आंबेडकर आहेत.|मग श्री. पाटील आले.|ते घरी गेले.",
    "উদা নয়, মো. রহিম ও ডা. সেন এসেছেন।|তারপর গেলেন।",
    "ਡਾ. ਸਿੰਘ ਆਏ।|ਉਹ ਗਏ।",
    "આજે ડૉ. પટેલ આવ્યા.|પછી શ્રી. શાહ ગયા.",
    "நேற்று திரு. குமார் வந்தார்.|பின்னர் எம். ஜி. ஆர். பேசினார்.",
    "ఈరోజు డా. రావు వచ్చారు.|తర్వాత ఎన్. టి. రామారావు వెళ్ళారు.",
    "ಇಂದು ಡಾ. ರಾಜ್ ಬಂದರು.|ನಂತರ ಶ್ರೀ. ಗೌಡ ಹೋದರು.",
    "ഇന്ന് ഡോ. നായർ വന്നു.|പിന്നെ ശ്രീ. മേനോൻ പോയി.",
    "وصل د. محمد أمس.|ثم غادر.",
    "Ο κ. Παπαδόπουλος ήρθε.|Μετά μίλησε ο δρ. Νίκος, π.χ. Γιώργος.",
    "Hôm qua TS. Nguyễn đến TP. Hồ Chí Minh.|Sau đó ông về.",
    "დღეს პროფ. ბერიძე მოვიდა.|მერე წავიდა.",
]
LANGUAGES = [
    "Vgl. die Übersicht in Abb. 7, Nr. 2.|Sie ist neu.",
    "Die Fa. Berger liefert das Glas.|Wir warten.",
    "To je např. Olomouc.|Je krásná.",
    "Mówił płk. Zieliński.|Wszyscy słuchali.",
    "Zob. rozdz. 4, s. 9.|Jest krótki.",
    "Она живёт на ул. Мира, д. 8, кв. 12.|Там светло.",
    "Jis gyvena Laisvės pr. 7 prie upės.|Ten gražu.",
    "Это напр. Теперь работает так.|И ещё.",
    "Он жил в г. Москве на ул. Ленина.|Потом уехал.",
    "Это было в 1990 г.|Он уехал.",
    "Я всё сказал им.|Они ушли.",
    "Купили хлеб, молоко и т. д.|Потом ушли.",
    "Завод им. Кирова закрыли.|Все ушли.",
    "Див. також напр. Київ.|Він там був.",
    "Tai yra pvz. Vilnius.|Jis čia buvo.",
    "Jis buvo, t. y. Jonas, namie.|Ji irgi.",
    "Pirko duonos, pieno ir kt.|Tada jis išėjo.",
    "To jest pan.|Potem on poszedł.",
    "Mówił m.in. Adam i prof. Nowak.|Potem wyszedł.",
    "To był tylko sen.|Potem się obudził.",
    "Det var hon.|Sedan gick de.",
    "Ich weiß es.|Dann ging ich.",
    "È un caso, p.es. Roma.|Poi la città.",
    "He loves modern art.|She does not.",
    "Voir art. 5 et p. 12.|Il y est.",
    "Ils étaient sept.|Puis il est parti.",
    "C'est ce qu'il est.|Puis elle dort.",
    "Did he go?|No.|He did not.",
    "Jis gyvena St. Louis mieste, Nr. (36-1) ir Nr. A-5.|Ji ne.",
    "Это ложки, вилки и др. (не ножи) и т.д. - это всё.|Он знал.",
    "Żył w XIX w. i zmarł w 1890 r.|Potem nic nie było.",
    "Jis gimė 1990 m.|Jo tėvas irgi, kovo 3 d.|Tai gerai.",
    "La tour fait 5 m.|Elle est petite.",
    "Kosztuje 3 mln zł.|Wyrok jest inny.",
    "Plushenko vs. Chan: get ready for a skating showdown.|It is on.",
    "See No. 5 and fig. 3.|It is there.",
    "He works for Apple Inc. Tim Cook knows.|He does.",
    "He joined Apple Inc.|He left it.",
    "We met at 5 p.m.|They left.",
    "They live in the U.S.|He does not.",
    "Bylo to např. Brno.|Pak jsme šli.",
    "A konferencia pl. Budapesten volt.|Ez jó.",
    "Bu örn. Ankara için var.|Sonra elma, armut vb.|Daha sonra gitti.",
    "Esim. Helsinki on iso.|Se on totta.",
]
ORDINALS = [
    "Die Sitzung ist am 3. März.|Danach ist frei.",
    "Das war im 19. Jahrhundert.|Heute nicht.",
    "Er spielt für den 1. FC Köln.|Sie auch.",
    "Die Feier zum 40. Geburtstag war schön.|Danach gingen wir.",
    "Ludwig XIV. war König.|Das war im XVII. Jahrhundert.|Er starb.",
    "Er kam am 3. 5. 2020 an.|Dann ging er.",
    "Narodil se 21. 4. – 3. 5. v Praze a je to tak.|Pak ne.",
    "Es waren nur noch 3.|Danach war keiner da.",
    "Im Bus saßen am Ende 12.|Alle waren müde.",
    "Er wohnt in Zimmer 12.|Der Schlüssel fehlt.",
    "Das geschah 1990.|März und April waren kalt.",
    "Er kam am 3.|Danach fuhr er.",
    "Das war Heinrich I.|Danach kam er.",
    "Das war Ludwig XIV.|Danach kam er.",
    "He and I.|Then it was over.",
    "I have 3.|August was hot and the rest of it was not.",
    "It happened in World War II.|Germany lost and the rest is history.",
    "Det skete i 2. Verdenskrig.|Han var der.",
    "Vi fejrer den 17. Mai, og det er bra.|Så går vi.",
    "Der var kun 3.|Han var der ikke.",
    "Byl v 2. Světové válce.|Pak se vrátil.",
    "Bylo jich 3.|Pak jsme šli.",
    "Bol v 2. Svetovej vojne a potom sa vrátil.|To je dobre.",
    "To je bilo 1. Maja.|Potem je šel.",
    "Bilo je to u 2. Svjetskom ratu.|Zatim je otišao.",
    "Било је то у 2. Светском рату.|Затим је отишао.",
    "Ukupno ih je bilo 5.|Nakon toga su otišli.",
    "To było dnia 3. Maja.|Potem on poszedł.",
    "Było ich 3.|Potem przyszedł on.",
    "Ez a 2. Világháború volt.|Akkor nem.",
    "Ez a II. Rákóczi Ferenc és a 3. Kerület.|Itt van a ház.",
    "Itt van 3.|Ez nem sok.",
    "See oli 3. Märts ja ta tuli.|Siis ta läks.",
    "Tas bija 2. Pasaules karš.|Tad viņš nāca.",
    "Bu 2. Dünya Savaşı için.|Sonra gitti.",
    "Toplam sayı 3.|Sonra bir daha var.",
    "Hau 3. Kapitulua da.|Gero dator.",
    "Það var 17. Júní og hann kom.|Síðan fór hann.",
    "Se oli 2. Maailmansota ja hän oli siellä.|Sitten hän lähti.",
    "Niitä oli vain 3.|Sitten hän lähti.",
]


@pytest.mark.parametrize("marked", TITLES + LANGUAGES + ORDINALS)
def test_full_stops_end_sentences_where_a_reader_ends_them(marked: str) -> None:
    text = marked.replace("|", " ")
    assert [text[start:end] for start, end in segment(text, "sentence")] == marked.split("|")


WORDS = st.sampled_from(
    [word for marked in TITLES + LANGUAGES + ORDINALS for word in marked.replace("|", " ").split(" ")]
)
PIECES = st.sampled_from(
    "1|19|1990|12345|3.|3. 5.|2020|2.–5.|1,5.|XIV.|I.|“|(|-|– |A-|ς.|İ.|А\u0301.|u.a.|u. a.|т. п.|J. R.|á.|\u200d."
    "|१२.|ab-c.d-e.|a".split("|")
)  # fmt: skip
JOINTS = st.sampled_from([" ", " ", " ", " ", "", ".", ". ", "\xa0", "\n", "\u202f", "  ", "! "])


@pytest.mark.skipif(not kernels.native, reason="the native core is not in use")
@given(
    st.lists(st.lists(st.tuples(st.one_of(WORDS, WORDS, WORDS, PIECES, st.text(max_size=3)), JOINTS)), max_size=4)
)
def test_the_native_core_ends_the_same_sentences(batch: list[list[tuple[str, str]]]) -> None:
    flat = encode_batch(["".join(map("".join, pieces)) for pieces in batch])
    mode = SENTENCES + AUTO
    native = importlib.import_module("dedupe._kernels")
    for native_part, reference_part in zip(native.cut(flat, mode), reference.cut(flat, mode), strict=True):
        assert np.array_equal(native_part, reference_part)
