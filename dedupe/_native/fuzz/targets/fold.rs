//! The folder: where tokens stand, that all ways to fold give the same, and that what is folded stays as it is.

#![no_main]

use _kernels::fold::{Sink, fold, fold_as, fold_start};
use _kernels::folded::{Folded, Token};
use _kernels::seam::seam;
use _kernels::tables::Fold;
use _kernels::tokens;
use libfuzzer_sys::fuzz_target;
use shared::{Source, Texts, check_offsets, go_on, is_boundary, is_text};

/// The folded bytes of tokens, and where they stand in the text.
type Tokens = Vec<(Vec<u8>, usize, usize, bool)>;

struct Collect<'a, const KEEPS: bool>(&'a mut Tokens);

impl<const KEEPS: bool> Sink for Collect<'_, KEEPS> {
    const KEEPS: bool = KEEPS;

    fn token(&mut self, buffer: &[u8], token: Token) {
        let bytes = buffer[token.start..token.end].to_vec();
        self.0.push((bytes, token.source_start, token.source_end, token.unspaced));
    }
}

fn tokens<const KEEPS: bool>(text: &[u8]) -> (Tokens, Vec<u8>) {
    let (mut tokens, mut folded) = (Vec::new(), Folded::default());
    fold(text, &mut folded, &mut go_on, Collect::<KEEPS>(&mut tokens)).unwrap();
    (tokens, folded.bytes().to_vec())
}

fuzz_target!(|data: &[u8]| {
    let mut source = Source::new(data);
    let cut = source.number();
    let text = source.text();
    let (own, folded) = tokens::<true>(text);
    check_places(text, &own);
    let parts: Vec<&[u8]> = own.iter().map(|token| &*token.0).collect();
    assert_eq!(parts.join(&b' '), folded);
    assert_eq!(tokens::<false>(text).0, own, "tokens do not depend on where they are put");
    assert!(!is_text(text) || is_text(&folded));

    let cut = cut % (text.len() + 1);
    let mut start = Folded::default();
    fold_start(text, cut, &mut start, &mut go_on, ()).unwrap();
    assert_eq!(start.bytes(), tokens::<true>(&text[..cut]).1, "what stands behind a text is not read");

    if let Some(cut) = seam(text, 0, cut) {
        let mut both = tokens::<true>(&text[..cut]).0;
        both.extend(
            tokens::<true>(&text[cut..]).0.into_iter().map(|(bytes, start, end, own)| (bytes, start + cut, end + cut, own)),
        );
        assert_eq!(both, own, "a text is cut between tokens");
    }

    let mut first = Folded::default();
    fold_as(Fold::V1, text, &mut first, &mut go_on, ()).unwrap();
    assert!(!is_text(text) || is_text(first.bytes()));

    let texts = Texts::new(&[text, &text[cut..], text]);
    let arrays = tokens::tokenize(&texts.batch(), &mut go_on).unwrap();
    check_offsets(&arrays.text_offsets, arrays.hashes.len());
    let of = |i: usize| &arrays.hashes[arrays.text_offsets[i] as usize..arrays.text_offsets[i + 1] as usize];
    assert_eq!(of(0).len(), own.len());
    assert_eq!(of(0), of(2), "a text is read as if it were the first");
});

/// Check that tokens are in order, inside the text, and between its code points.
fn check_places(text: &[u8], tokens: &Tokens) {
    let sound = is_text(text);
    let mut last = (0, 0);
    for (bytes, start, end, _) in tokens {
        assert!(!bytes.is_empty() && !bytes.contains(&b' '));
        assert!(start < end && *end <= text.len());
        assert!(last.0 <= *start && last.1 <= *end);
        assert!(!sound || (is_boundary(text, *start) && is_boundary(text, *end)));
        last = (*start, *end);
    }
}
