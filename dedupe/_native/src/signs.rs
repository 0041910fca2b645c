//! The signs and marks that folding drops: the twin of `dedupe/text/signs.py`, over the same two files.

use std::collections::HashMap;
use std::sync::OnceLock;

const SIGNS: &str = include_str!("../../text/signs.txt");
const MARKS: &str = include_str!("../../text/marks-v1.txt");
/// No sign lies beyond the first two planes.
const POINTS: usize = 0x2_0000;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    None,
    Anywhere,
    Inside,
    Minus,
    Power,
    Prime,
    Compare,
    Tilde,
    Percent,
    Dollar,
    Slash,
    Dot,
    Bang,
    Plus,
    Hash,
    Caret,
    Equals,
    Times,
    Twice,
    Row,
}

const ROLES: [(&str, Role); 19] = [
    ("anywhere", Role::Anywhere),
    ("inside", Role::Inside),
    ("minus", Role::Minus),
    ("power", Role::Power),
    ("prime", Role::Prime),
    ("compare", Role::Compare),
    ("tilde", Role::Tilde),
    ("percent", Role::Percent),
    ("dollar", Role::Dollar),
    ("slash", Role::Slash),
    ("dot", Role::Dot),
    ("bang", Role::Bang),
    ("plus", Role::Plus),
    ("hash", Role::Hash),
    ("caret", Role::Caret),
    ("equals", Role::Equals),
    ("times", Role::Times),
    ("twice", Role::Twice),
    ("row", Role::Row),
];

/// What is known of a code point.
#[derive(Clone, Copy)]
struct Info {
    role: Role,
    joiner: bool,
    opening: bool,
    stop: bool,
    same: bool,
    marks: bool,
}

pub struct Signs {
    infos: Vec<Info>,
    same: HashMap<u32, u32>,
    marks: HashMap<u32, Vec<u32>>,
}

/// The tables, read at the first call.
pub fn signs() -> &'static Signs {
    static TABLE: OnceLock<Signs> = OnceLock::new();
    TABLE.get_or_init(Signs::read)
}

impl Signs {
    fn info(&self, point: u32) -> Option<&Info> {
        self.infos.get(point as usize)
    }

    pub fn role(&self, point: u32) -> Role {
        self.info(point).map_or(Role::None, |info| info.role)
    }

    pub fn joins(&self, point: u32) -> bool {
        self.info(point).is_some_and(|info| info.joiner)
    }

    pub fn opens(&self, point: u32) -> bool {
        self.info(point).is_some_and(|info| info.opening)
    }

    pub fn stops(&self, point: u32) -> bool {
        self.info(point).is_some_and(|info| info.stop)
    }

    /// The sign that one is read as.
    pub fn same(&self, point: u32) -> u32 {
        if self.info(point).is_some_and(|info| info.same) { self.same.get(&point).copied().unwrap_or(point) } else { point }
    }

    /// The marks of a letter.
    pub fn marks(&self, point: u32) -> &[u32] {
        if self.info(point).is_some_and(|info| info.marks) { self.marks.get(&point).map_or(&[], Vec::as_slice) } else { &[] }
    }

    // The sources are part of the crate and checked by the tests: a line that does not parse is left out.
    fn read() -> Signs {
        let nothing = Info { role: Role::None, joiner: false, opening: false, stop: false, same: false, marks: false };
        let mut signs = Signs { infos: vec![nothing; POINTS], same: HashMap::new(), marks: HashMap::new() };
        for line in SIGNS.lines() {
            let mut fields = line.split(' ');
            let kind = fields.next().unwrap_or("");
            if kind == "range" || kind == "ignore" {
                let points: Vec<usize> = fields.filter_map(|field| usize::from_str_radix(field, 16).ok()).collect();
                if let [first, last] = points[..] {
                    for info in signs.infos.iter_mut().take(last + 1).skip(first) {
                        match (kind, info.role) {
                            ("range", Role::None) => info.role = Role::Anywhere,
                            ("ignore", _) => info.role = Role::None,
                            _ => {}
                        }
                    }
                }
                continue;
            }
            let points: Vec<u32> = fields.filter_map(|field| field.chars().next()).map(u32::from).collect();
            if kind == "same" {
                for &point in points.iter().skip(1) {
                    signs.same.insert(point, points[0]);
                    signs.infos[point as usize].same = true;
                }
                continue;
            }
            let role = ROLES.iter().find(|(name, _)| *name == kind).map(|(_, role)| *role);
            for point in points {
                let info = &mut signs.infos[point as usize];
                match (kind, role) {
                    ("joiner", _) => info.joiner = true,
                    ("opening", _) => info.opening = true,
                    ("stop", _) => info.stop = true,
                    (_, Some(role)) => info.role = role,
                    _ => {}
                }
            }
        }
        for line in MARKS.lines().skip(1) {
            if let Some((mark, letters)) = line.split_once(' ')
                && let Ok(mark) = u32::from_str_radix(mark, 16)
            {
                for letter in letters.chars().map(u32::from) {
                    signs.marks.entry(letter).or_default().push(mark);
                    signs.infos[letter as usize].marks = true;
                }
            }
        }
        signs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_sources_is_understood() {
        let plain = ["same", "range", "ignore", "joiner", "opening", "stop", "#"];
        for line in SIGNS.lines() {
            let kind = line.split(' ').next().unwrap();
            assert!(plain.contains(&kind) || ROLES.iter().any(|(name, _)| *name == kind), "{line}");
        }
        assert_eq!(signs().role(0x1F3FB), Role::None);
        assert_eq!(signs().role(0x1F44D), Role::Anywhere);
        assert_eq!(signs().same(0x2212), u32::from(b'-'));
        assert_eq!(signs().marks(0x1EBF), [0x301, 0x302]);
    }
}
