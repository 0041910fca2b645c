//! What the targets share: numbers from the bytes of an input, texts as a batch, and laws of places.

use _kernels::batch::Batch;
use _kernels::failure::Stop;
use _kernels::utf8::decode;

/// The longest text of an input, in bytes: short enough for hundreds of runs a second.
pub const LONGEST: usize = 2 << 10;

/// The bytes of an input. Numbers are taken from its end, so that a plain text is an input too.
pub struct Source<'a>(&'a [u8]);

impl<'a> Source<'a> {
    pub fn new(data: &'a [u8]) -> Source<'a> {
        Source(data)
    }

    /// The last byte, or 0.
    pub fn byte(&mut self) -> u8 {
        let Some((&last, before)) = self.0.split_last() else { return 0 };
        self.0 = before;
        last
    }

    /// A number from two bytes.
    pub fn number(&mut self) -> usize {
        usize::from(self.byte()) << 8 | usize::from(self.byte())
    }

    /// A number of any size: most are small, and may be negative.
    pub fn integer(&mut self) -> i64 {
        match self.byte() {
            small @ ..0xF0 => i64::from(small) - 8,
            0xF0 => i64::MAX,
            0xF1 => i64::MIN,
            0xF2..0xF8 => self.number() as i64,
            _ => i64::from_le_bytes(std::array::from_fn(|_| self.byte())),
        }
    }

    /// Some integers, `most` at most.
    pub fn integers(&mut self, most: usize) -> Vec<i64> {
        let count = usize::from(self.byte()) % (most + 1);
        (0..count).map(|_| self.integer()).collect()
    }

    /// Some integers that ascend from 0 on, and do not lead out of `limit` things.
    pub fn offsets(&mut self, most: usize, limit: usize) -> Vec<i64> {
        let mut out: Vec<i64> =
            (0..usize::from(self.byte()) % (most + 1)).map(|_| (self.number() % (limit + 1)) as i64).collect();
        out.extend([0, limit as i64]);
        out.sort_unstable();
        out
    }

    /// Bytes that are left, as a text.
    pub fn text(self) -> &'a [u8] {
        &self.0[..self.0.len().min(LONGEST)]
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Texts one behind the other.
pub struct Texts {
    pub buffer: Vec<u8>,
    pub offsets: Vec<i64>,
}

impl Texts {
    pub fn new(texts: &[&[u8]]) -> Texts {
        let mut offsets = vec![0];
        offsets.extend(texts.iter().scan(0, |end, text| {
            *end += text.len() as i64;
            Some(*end)
        }));
        Texts { buffer: texts.concat(), offsets }
    }

    pub fn batch(&self) -> Batch<'_, u8> {
        Batch::adjacent(&self.buffer, &self.offsets).unwrap()
    }
}

/// A caller who never stops the work.
pub fn go_on() -> Result<(), Stop> {
    Ok(())
}

/// Whether bytes are what Python makes of a string: UTF-8, with half surrogate pairs.
pub fn is_text(bytes: &[u8]) -> bool {
    let mut at = 0;
    while at < bytes.len() {
        let (point, after) = decode(bytes, at);
        if point == 0xFFFD && after == at + 1 {
            return false;
        }
        at = after;
    }
    true
}

/// Whether a place lies between two code points.
pub fn is_boundary(text: &[u8], place: usize) -> bool {
    place == text.len() || text[place] & 0xC0 != 0x80
}

/// How many code points a text has.
pub fn points(text: &[u8]) -> i64 {
    let (mut at, mut count) = (0, 0);
    while at < text.len() {
        at = decode(text, at).1;
        count += 1;
    }
    count
}

/// Check that offsets begin at 0, ascend, and end where their items do.
pub fn check_offsets(offsets: &[i64], items: usize) {
    assert_eq!(offsets.first(), Some(&0));
    assert!(offsets.is_sorted());
    assert_eq!(offsets.last(), Some(&(items as i64)));
}
