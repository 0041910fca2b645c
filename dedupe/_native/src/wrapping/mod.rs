//! Which line breaks only wrap: the twin of `dedupe/kernels/reference/wrapping/margins.py`, which documents the rules.

mod columns;
mod lines;
mod margin;
mod scan;
mod words;

use std::ops::Range;

use lines::{Line, read_line};
use margin::{Break, Kind, Margin, OWN, Votes, WIDE_AS_VERSE, WIDEST, find_break, find_margin};

type Place = (usize, usize);

const FEW: usize = 40;
const ALONE: usize = 52;
const FIRST_RIGHT: usize = 10;
const FIRST_LEFT: usize = 8;
/// Lines of stretches that wait that are kept in memory; others are read once more.
const MOST_KEPT: usize = 4096;

/// How far a margin is trusted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Debug)]
enum Trust {
    FullOnes,
    OfFew,
    Wholly,
}

/// A stretch that is judged when the margin of the whole text is known.
struct Waiting {
    lines: Range<usize>,
    /// Where its lines are among those kept, if they are.
    kept: Option<usize>,
    in_comment: bool,
    by_points: bool,
    margin: Margin,
}

/// Finds the breaks that only wrap, of one text; few of its lines are held in full.
pub struct Finder<'a> {
    text: &'a [u8],
    places: &'a [Place],
    /// Whether the break behind each line only wraps.
    wraps: Vec<bool>,
    lines: Vec<Line<'a>>,
    breaks: Vec<Break>,
    all: Votes,
    sure: usize,
    unsure: usize,
    waiting: Vec<Waiting>,
    kept: Vec<Line<'a>>,
}

impl<'a> Finder<'a> {
    pub fn new(text: &'a [u8], places: &'a [Place]) -> Finder<'a> {
        Finder {
            text,
            places,
            wraps: vec![false; places.len()],
            lines: Vec::new(),
            breaks: Vec::new(),
            all: Votes::default(),
            sure: 0,
            unsure: 0,
            waiting: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// Look at a block of lines.
    pub fn add(&mut self, block: Range<usize>) {
        let mut in_comment = false;
        for i in block.clone() {
            let line = read_line(self.text, self.places[i], &mut in_comment);
            match self.lines.last().and_then(|last| find_break(last, &line, false)) {
                Some(found) => self.breaks.push(found),
                None => self.end_stretch(i),
            }
            self.lines.push(line);
        }
        self.end_stretch(block.end);
    }

    /// Judge the stretch that ends before a line, or let it wait.
    fn end_stretch(&mut self, end: usize) {
        let (mut lines, mut breaks) = (std::mem::take(&mut self.lines), std::mem::take(&mut self.breaks));
        if !breaks.is_empty() {
            let range = end - lines.len()..end;
            let mut margin = find_margin(&breaks);
            breaks.iter().for_each(|found| self.all.add(found));
            let mut by_points = false;
            if lines.iter().any(|line| line.anywhere) {
                let others: Vec<Break> = find_breaks(&lines, true).collect();
                let its = find_margin(&others);
                if its.net > margin.net {
                    (margin, breaks, by_points) = (its, others, true);
                }
            }
            let has_own = margin.inside >= OWN;
            if has_own && margin.is_sure() {
                self.sure += margin.inside;
                if !is_code(&lines) {
                    answer(&lines, &breaks, margin.width, Trust::Wholly, &mut self.wraps[range]);
                }
            } else {
                self.unsure += if has_own { margin.inside } else { 0 };
                let in_comment = lines[0].is_of_comment();
                let kept = (self.kept.len() < MOST_KEPT).then_some(self.kept.len());
                if kept.is_some() {
                    self.kept.append(&mut lines);
                }
                self.waiting.push(Waiting { lines: range, kept, in_comment, by_points, margin });
            }
        }
        lines.clear();
        breaks.clear();
        (self.lines, self.breaks) = (lines, breaks);
    }

    /// Judge what waits, and say behind which lines the break only wraps.
    pub fn finish(mut self) -> Vec<bool> {
        let text = self.all.margin();
        let is_sure = (text.inside >= 2 * OWN && text.is_sure())
            || (self.sure >= 2 * OWN && self.sure >= 2 * self.unsure && text.width >= WIDE_AS_VERSE);
        let narrowest = if self.sure >= self.unsure { FEW } else { ALONE };
        for Waiting { lines: range, kept, mut in_comment, by_points, margin } in self.waiting {
            // Of few breaks, a margin of their own is one only in a text that has none.
            let alone = margin.inside < OWN && !is_sure;
            if (alone && (margin.inside == 0 || range.len() > OWN + 2)) || (!alone && !is_sure) {
                continue;
            }
            let again: Vec<Line>;
            let lines = if let Some(at) = kept {
                &self.kept[at..at + range.len()]
            } else {
                again = range.clone().map(|i| read_line(self.text, self.places[i], &mut in_comment)).collect();
                &again
            };
            let breaks: Vec<Break> = find_breaks(lines, by_points).collect();
            let (width, trust) = match (alone, margin.inside < OWN) {
                (true, _) => (margin_of_few(lines, &breaks, &margin), Trust::OfFew),
                (false, true) => (text.width, Trust::Wholly),
                (false, false) => (text.width, Trust::FullOnes),
            };
            if (!alone || width >= narrowest) && !is_code(lines) {
                answer(lines, &breaks, width, trust, &mut self.wraps[range]);
            }
        }
        self.wraps
    }
}

fn find_breaks<'a>(lines: &'a [Line], by_points: bool) -> impl Iterator<Item = Break> + 'a {
    lines.windows(2).filter_map(move |pair| find_break(&pair[0], &pair[1], by_points))
}

/// The margin of a stretch of few breaks, or 0 where not all that are inside sentences are full or nearly so.
fn margin_of_few(lines: &[Line], breaks: &[Break], margin: &Margin) -> usize {
    if margin.inside == 0 || breaks.len() > OWN + 1 {
        return 0;
    }
    if margin.net == margin.inside {
        return if margin.goes_on > 0 || hangs(lines, breaks) { margin.width } else { 0 };
    }
    let width = breaks.iter().map(|found| found.low).max().unwrap_or(0);
    let even = breaks.iter().all(|found| found.kind == Kind::GoesOn && found.lower && is_near(found, width));
    if even && width <= WIDEST { width } else { 0 }
}

/// Whether a stretch begins with a list item whose second line stands under the first.
fn hangs(lines: &[Line], breaks: &[Break]) -> bool {
    let [first, second, ..] = lines else { return false };
    let hangs = first.item > 0 && second.indent == first.indent + first.item;
    hangs && !first.ends_sentence && breaks[0].low >= FEW
}

/// Whether lines hold statements, paths or numbers rather than words.
fn is_code(lines: &[Line]) -> bool {
    let mut statements = 0;
    for (i, line) in lines.iter().enumerate() {
        let statement = matches!(line.last(), b'{' | b'}' | b';' | b'\\');
        statements += usize::from(statement && lines.get(i + 1).is_none_or(|following| following.item == 0));
    }
    if statements * 3 > lines.len() {
        return true;
    }
    // Every odd word and every number holds a sign, so that there are enough others where signs are few.
    let (words, signs) = lines.iter().fold((0, 0), |sums, line| (sums.0 + line.gaps + 1, sums.1 + line.signs));
    if signs * 7 <= words * 2 {
        return false;
    }
    let (words, odd) = lines.iter().map(Line::count_words).fold((0, 0), |sums, of| (sums.0 + of.0, sums.1 + of.1));
    odd * 5 > words * 2
}

/// Decide break by break which of a stretch only wrap at a margin.
fn answer(lines: &[Line], breaks: &[Break], width: usize, trust: Trust, wraps: &mut [bool]) {
    let has_ends =
        breaks.iter().any(|found| found.kind == Kind::Ended && (found.low * 4 < width * 3 || found.low > width + width / 24));
    let hangs = hangs(lines, breaks);
    let mut is_first = true;
    for (i, found) in breaks.iter().enumerate() {
        let (line, following) = (&lines[i], &lines[i + 1]);
        let full = found.low <= width + width / 24 && found.high >= width;
        let deeper = following.indent.saturating_sub(line.indent);
        let flatter = line.indent.saturating_sub(following.indent);
        let stands = if deeper > 0 {
            let hanging = full && deeper <= FIRST_LEFT && found.kind != Kind::Ended;
            is_first && (hanging || line.hangs_at(following.indent))
        } else {
            flatter == 0 || (is_first && full && line.item == 0 && flatter <= FIRST_RIGHT)
        };
        wraps[i] = stands && only_wraps(found, width, full, trust, has_ends, hangs, line.last());
        is_first = !wraps[i];
    }
}

/// Whether a break is nearly full, as where lines were filled by hand.
fn is_near(found: &Break, width: usize) -> bool {
    found.low * 3 >= width * 2 && found.high + width / 10 >= width
}

/// Whether a break only wraps at a margin, wherever its lines begin.
fn only_wraps(found: &Break, width: usize, full: bool, trust: Trust, has_ends: bool, hangs: bool, last: u8) -> bool {
    let (slightly, somewhat) = (width + width / 24, width + width / 8);
    let widest = if found.kind == Kind::Ended { slightly } else { somewhat };
    if matches!(last, b'{' | b'}' | b'\\') || found.following > widest {
        return false;
    }
    if found.low > somewhat {
        return trust == Trust::Wholly && found.kind == Kind::GoesOn && found.lower && found.low <= 2 * width;
    }
    if found.item {
        return trust == Trust::Wholly && full && (found.kind != Kind::Ended || last == b';');
    }
    let (about, near) = (found.low * 3 >= width * 2, is_near(found, width));
    match found.kind {
        Kind::GoesOn => full || (trust > Trust::FullOnes && (near || (about && found.lower))),
        Kind::MayGoOn if trust == Trust::Wholly => full || near,
        Kind::MayGoOn => trust == Trust::OfFew && (full || (hangs && near)),
        Kind::Ended => {
            let close = about && found.low <= slightly && found.high + width / 12 >= width;
            trust > Trust::FullOnes && (full || (close && !has_ends))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::segment::{Mode, paragraphs};

    fn cut(text: &str) -> Vec<&str> {
        let mut out = Vec::new();
        paragraphs(text.as_bytes(), Mode::Auto, |(start, end)| out.push(&text[start..end]));
        out
    }

    #[test]
    fn quoted_lines_that_are_filled_are_one_paragraph() {
        let quoted = "> The bridge over the harbour stays closed for what is left of\n\
                      > the month. Engineers found more damage than they had thought,\n\
                      > and the council wants to see all of it repaired at once.";
        assert_eq!(cut(&format!("Anna wrote:\n{quoted}\nI agree.")), ["Anna wrote:", quoted, "I agree."]);
    }

    #[test]
    fn verse_and_rows_keep_their_lines() {
        let verse = "Rough winds do shake the darling buds of May,\n\
                     And summer's lease hath all too short a date;\n\
                     Sometime too hot the eye of heaven shines,\n\
                     And often is his gold complexion dimm'd;";
        assert_eq!(cut(verse).len(), 4);
        assert_eq!(cut("name        what the field holds, and no more\nsize        how many bytes there are of it").len(), 2);
    }
}
