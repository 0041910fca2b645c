use super::*;

fn fold(text: &[u8]) -> String {
    let mut folded = Folded::default();
    super::fold(text, &mut folded, &mut || Ok(()), ()).unwrap();
    String::from_utf8(folded.bytes().to_vec()).unwrap()
}

#[test]
fn escaped_entities_are_undone_a_bounded_number_of_times() {
    assert_eq!(fold("d&amp;eacute;j&amp;amp;#224;&amp;nbsp;vu ＆ａｍｐ；eacute;".as_bytes()), "deja vu e");
    let escaped = |times| format!("&{}eacute;", "amp;".repeat(times));
    assert_eq!(fold(escaped(7).as_bytes()), "e");
    assert_eq!(fold(escaped(8).as_bytes()), "eacute");
    let mut first = Folded::default();
    fold_as(Fold::V1, "&amp;eacute; ٣ ی".as_bytes(), &mut first, &mut || Ok(()), ()).unwrap();
    assert_eq!(first.bytes(), "eacute ٣ ی".as_bytes());
    assert_eq!(fold("٣ ی".as_bytes()), "3 ي");
}

#[test]
fn what_stands_behind_a_text_is_not_read() {
    let text = "A well-\nknown caf\u{E9} of 1&amp;2, longer than one block of sixty-four bytes, and then some".as_bytes();
    let kept = |folded: &Folded| String::from_utf8(folded.bytes().to_vec()).unwrap();
    for length in 0..text.len() {
        for behind in ["", "x", "\u{301}\n- amp;", &"word ".repeat(20)] {
            let buffer = [&text[..length], behind.as_bytes()].concat();
            let mut folded = Folded::default();
            fold_start(&buffer, length, &mut folded, &mut || Ok(()), ()).unwrap();
            assert_eq!(kept(&folded), fold(&text[..length]));
        }
    }
}

#[test]
fn folds_what_a_reader_does_not_see() {
    let text = "L’ÉTÉ&nbsp;２０２５, exam-\nple 東京 ｶﾞ &#xE9; e\u{301}t\u{AD}e";
    assert_eq!(fold(text.as_bytes()), "l ete 2025 example 東 京 ガ e ete");
}

#[test]
fn keeps_marks_that_carry_meaning() {
    assert_eq!(fold("कु के мой мои が か".as_bytes()), "कु के мой мои が か");
}

#[test]
fn takes_any_bytes() {
    assert_eq!(fold(b"a\xFFb\xED\xA0\x80c\xE4\xB8"), "a b c");
    assert_eq!(fold(b""), "");
    assert_eq!(fold(b"&#99999999; &#; &amp"), "99999999 amp");
}

#[test]
fn stops_when_asked() {
    let text = vec![b'a'; 3 * POLL_BYTES].iter().map(|_| b' ').collect::<Vec<_>>();
    let words: Vec<u8> = text.iter().zip("ab é ".bytes().cycle()).map(|(_, b)| b).collect();
    assert_eq!(super::fold(&words, &mut Folded::default(), &mut || Err(Stop), ()), Err(Stop));
}
