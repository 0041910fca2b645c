//! Extension: an alignment goes on beyond its end as long as it pays.

use super::letters::{Letters, Place, is_wide};

const EQUAL: i32 = 2;
/// Also what unequal letters cost, the heavier of them.
const GAP: i32 = 3;
/// How far the score may fall below the best one.
const DROP: i32 = 40;
/// Letters that an end may be extended by.
pub const FARTHEST: usize = 2000;
/// Scores are kept in the higher bits of a cell, above what is matched, which is 2 * FARTHEST at most.
const SCORE: i32 = 1 << 16;
/// Lower than any score that counts, however much is taken off it.
const NEVER: i32 = i32::MIN / 2;
/// Letters that are looked up at a time.
const CHUNK: usize = 32;

/// How many letters of both sides an extension gains, and what the equal ones among them weigh.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Gain {
    pub a: usize,
    pub b: usize,
    pub matched: i64,
}

/// Cells that are worked on at a time.
const LANES: usize = 8;
/// Cells of one i + j, about the diagonal, that hold all that count of nearly every extension.
const BAND: usize = 3 * LANES;
const HALF: usize = BAND / 2;
/// What the letters behind the last ones that count cost: more than any score.
const WALL: i32 = 1 << 29;

/// What a letter is, counts if it is matched, and costs if not.
struct Side {
    unit: Vec<i32>,
    gain: Vec<i32>,
    cost: Vec<i32>,
}

impl Side {
    fn new() -> Side {
        let column = || vec![0; FARTHEST + HALF + 2 * LANES];
        Side { unit: column(), gain: column(), cost: column() }
    }

    /// Put in letters from a place on.
    #[inline(always)]
    fn put(&mut self, at: usize, units: impl Iterator<Item = u16>) {
        let columns = self.unit[at..].iter_mut().zip(&mut self.gain[at..]).zip(&mut self.cost[at..]);
        for (((unit, gain), cost), own) in columns.zip(units) {
            let weight = 1 + i32::from(is_wide(own));
            *unit = i32::from(own);
            *gain = (SCORE * EQUAL + 1) * weight;
            *cost = SCORE * GAP * weight;
        }
    }

    /// Let nothing pass some places.
    #[inline(always)]
    fn wall(&mut self, at: usize) {
        self.unit[at..at + LANES].fill(-1);
        self.cost[at..at + LANES].fill(WALL);
    }
}

/// Extends alignments; its buffers are reused.
///
/// A cell is the best score of an alignment of the first `i` letters of `a` with the first `j` of `b` and, of those with
/// this score, the most that is matched. Cells of one `i + j` lie side by side and do not depend on each other.
pub struct Extender {
    /// Letter i of a stands at HALF + i, letter j of b at TURN - j, both counted from one, so that letters that face each other
    /// in cells of one i + j are in one order.
    a: Side,
    b: Side,
    /// The cells of three sums i + j, in turn; cell i stands at i + 1.
    cells: [Vec<i32>; 3],
}

const TURN: usize = FARTHEST + HALF;

impl Default for Extender {
    fn default() -> Extender {
        let cells = || vec![NEVER; FARTHEST + 4 * LANES];
        Extender { a: Side::new(), b: Side::new(), cells: [cells(), cells(), cells()] }
    }
}

impl Extender {
    /// Extend an alignment from its end on both sides, up to a limit each, until the score has fallen too far below the
    /// best one.
    pub fn extend<const ON: bool>(&mut self, letters: &Letters, a: Place, b: Place) -> Gain {
        let room = |(start, limit): Place| if ON { limit.saturating_sub(start) } else { start.saturating_sub(limit) };
        let (a, b) = ((a.0, room(a).min(FARTHEST)), (b.0, room(b).min(FARTHEST)));
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the feature has just been detected.
            return unsafe { self.align_avx2::<ON>(letters.units, a, b) };
        }
        self.align::<ON>(letters.units, a, b)
    }

    /// The same code, compiled for wider registers, where the cells about the diagonal do not do.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn align_avx2<const ON: bool>(&mut self, units: &[u16], a: Place, b: Place) -> Gain {
        self.align_band::<ON>(units, a, b).unwrap_or_else(|| self.align::<ON>(units, a, b))
    }

    /// The gain, if no cell at the edge of the band counts, so that none outside does.
    ///
    /// Cell i of a sum stands at i - sum / 2 + HALF. The cells of two sums stay in registers.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn align_band<const ON: bool>(&mut self, units: &[u16], a: Place, b: Place) -> Option<Gain> {
        use std::arch::x86_64::*;
        #[target_feature(enable = "avx2")]
        fn load(column: &[i32], at: usize) -> __m256i {
            let [a, b, c, d, e, f, g, h] = *column[at..].first_chunk().unwrap_or(&[0; LANES]);
            _mm256_setr_epi32(a, b, c, d, e, f, g, h)
        }
        let (never, count) = (_mm256_set1_epi32(NEVER), |cells| _mm256_movemask_ps(_mm256_castsi256_ps(cells)));
        let (on, back) = (_mm256_setr_epi32(7, 0, 1, 2, 3, 4, 5, 6), _mm256_setr_epi32(1, 2, 3, 4, 5, 6, 7, 0));
        let (mut before, mut last, mut reached) = ([never; 3], [never; 3], true);
        last[1] = _mm256_insert_epi32::<{ (HALF - LANES) as i32 }>(never, 0);
        let (mut best, mut gain, mut filled) = (0, Gain::default(), 0);
        for sum in 1..=a.1 + b.1 {
            if sum.div_ceil(2) + HALF > filled {
                self.fill::<ON>(units, a, b, filled);
                filled += CHUNK;
            }
            let (mut up, mut left) = (last, last);
            if sum % 2 == 1 {
                let [x, y, z] = last.map(|cells| _mm256_permutevar8x32_epi32(cells, on));
                up = [_mm256_blend_epi32::<1>(x, never), _mm256_blend_epi32::<1>(y, x), _mm256_blend_epi32::<1>(z, y)];
            } else {
                let [x, y, z] = last.map(|cells| _mm256_permutevar8x32_epi32(cells, back));
                left = [_mm256_blend_epi32::<128>(x, y), _mm256_blend_epi32::<128>(y, z), _mm256_blend_epi32::<128>(z, never)];
            }
            let least = _mm256_set1_epi32((best - DROP) * SCORE);
            let mut cells = [never; 3];
            for (k, cell) in cells.iter_mut().enumerate() {
                let (at, facing) = (sum / 2 + LANES * k, TURN - HALF - sum.div_ceil(2) + LANES * k);
                let (cost, other_cost) = (load(&self.a.cost, at), load(&self.b.cost, facing));
                let equal = _mm256_cmpeq_epi32(load(&self.a.unit, at), load(&self.b.unit, facing));
                let unequal = _mm256_sub_epi32(_mm256_setzero_si256(), _mm256_max_epi32(cost, other_cost));
                let worth = _mm256_blendv_epi8(unequal, load(&self.a.gain, at), equal);
                let beside = _mm256_max_epi32(_mm256_sub_epi32(up[k], cost), _mm256_sub_epi32(left[k], other_cost));
                let value = _mm256_max_epi32(_mm256_add_epi32(before[k], worth), beside);
                *cell = _mm256_blendv_epi8(value, never, _mm256_cmpgt_epi32(least, value));
            }
            let [low, middle, high] = cells.map(|cells| count(_mm256_cmpgt_epi32(cells, never)));
            if low & 1 != 0 || high & 128 != 0 {
                return None;
            }
            let before_reached = std::mem::replace(&mut reached, low | middle | high != 0);
            if !reached && !before_reached {
                break;
            }
            let tops = _mm256_max_epi32(_mm256_max_epi32(cells[0], cells[1]), cells[2]);
            if count(_mm256_cmpgt_epi32(tops, _mm256_set1_epi32((best + 1) * SCORE - 1))) != 0 {
                // SAFETY: both are plain numbers of one size.
                let cells: [i32; BAND] = unsafe { std::mem::transmute(cells) };
                let top = cells.into_iter().fold(NEVER, i32::max);
                best = top >> 16;
                let i = sum / 2 + cells.iter().take_while(|&&cell| cell < top).count() - HALF;
                gain = Gain { a: i, b: sum - i, matched: i64::from(top & (SCORE - 1)) };
            }
            (before, last) = (last, cells);
        }
        Some(gain)
    }

    #[inline(always)]
    fn align<const ON: bool>(&mut self, units: &[u16], a: Place, b: Place) -> Gain {
        let (rows, columns) = (a.1, b.1);
        let (mut best, mut gain, mut filled) = (0, Gain::default(), 0);
        self.cells[0][..3 * LANES].fill(NEVER);
        self.cells[2][..3 * LANES].fill(NEVER);
        self.cells[0][1] = 0;
        // Where there are cells that count, of the sum before the last one and of the last.
        let (mut before, mut last) = ((0, 0), (0, 1));
        for sum in 1..=rows + columns {
            if sum > filled {
                self.fill::<ON>(units, a, b, filled);
                filled += CHUNK;
            }
            let (low, high) = reached(before, last);
            let (low, high) = (low.max(sum.saturating_sub(columns)), high.min(rows + 1));
            before = last;
            if low >= high {
                break;
            }
            let least = (best - DROP) * SCORE;
            let top = self.step(sum, low, high, least);
            let cells = &self.cells[sum % 3][low + 1..=high];
            last = match cells.iter().position(|&cell| cell >= least) {
                Some(first) => (low + first, high - cells.iter().rev().take_while(|&&cell| cell < least).count()),
                None => (0, 0),
            };
            if top >= (best + 1) * SCORE {
                best = top >> 16;
                let i = low + cells.iter().take_while(|&&cell| cell < top).count();
                gain = Gain { a: i, b: sum - i, matched: i64::from(top & (SCORE - 1)) };
            }
        }
        gain
    }

    /// Look up the next letters of both sides, and put a wall behind the last ones.
    #[inline(always)]
    fn fill<const ON: bool>(&mut self, units: &[u16], a: Place, b: Place, filled: usize) {
        let next = |(start, count): Place| {
            let (from, end) = (count.min(filled), count.min(filled + CHUNK));
            (if ON { &units[start + from..start + end] } else { &units[start - end..start - from] }, from, end)
        };
        let ((one, a_from, a_end), (other, _, b_end)) = (next(a), next(b));
        if ON {
            self.a.put(HALF + a_from + 1, one.iter().copied());
            self.b.put(TURN - b_end, other.iter().rev().copied());
        } else {
            self.a.put(HALF + a_from + 1, one.iter().rev().copied());
            self.b.put(TURN - b_end, other.iter().copied());
        }
        if a_end == a.1 {
            self.a.wall(HALF + a_end + 1);
        }
        if b_end == b.1 {
            self.b.wall(TURN - b_end - LANES);
        }
    }

    /// Cells `low..high` of a sum i + j, some more that are NEVER, and room on both sides; the best of them.
    #[inline(always)]
    fn step(&mut self, sum: usize, low: usize, high: usize, least: i32) -> i32 {
        let blocks = (high - low).div_ceil(LANES);
        let count = LANES * blocks;
        let [first, second, third] = &mut self.cells;
        let (own, last, before) = match sum % 3 {
            0 => (first, &*third, &*second),
            1 => (second, &*first, &*third),
            _ => (third, &*second, &*first),
        };
        own[low] = NEVER;
        own[low + count + 1..][..2 * LANES].fill(NEVER);
        let facing = TURN + low - sum;
        let mut tops = [NEVER; LANES];
        for block in 0..blocks {
            let at = low + LANES * block;
            let lanes = |column: &[i32], at: usize| -> [i32; LANES] { std::array::from_fn(|lane| column[at..at + LANES][lane]) };
            let (up, left, diagonal) = (lanes(last, at), lanes(last, at + 1), lanes(before, at));
            let own_at = HALF + at;
            let (unit, cost, gain) = (lanes(&self.a.unit, own_at), lanes(&self.a.cost, own_at), lanes(&self.a.gain, own_at));
            let (other, other_cost) = (lanes(&self.b.unit, facing + LANES * block), lanes(&self.b.cost, facing + LANES * block));
            let cells = &mut own[at + 1..at + 1 + LANES];
            for i in 0..LANES {
                let worth = if unit[i] == other[i] { gain[i] } else { -cost[i].max(other_cost[i]) };
                let cell = (diagonal[i] + worth).max(up[i] - cost[i]).max(left[i] - other_cost[i]);
                cells[i] = if cell < least { NEVER } else { cell };
                tops[i] = tops[i].max(cells[i]);
            }
        }
        tops.into_iter().fold(NEVER, i32::max)
    }
}

/// Where cells of the next sum can be reached from those of the last two.
#[inline(always)]
fn reached(before: Place, last: Place) -> Place {
    match (before.0 < before.1, last.0 < last.1) {
        (true, true) => (last.0.min(before.0 + 1), (last.1 + 1).max(before.1 + 1)),
        (false, true) => (last.0, last.1 + 1),
        (true, false) => (before.0 + 1, before.1 + 1),
        (false, false) => (0, 0),
    }
}
