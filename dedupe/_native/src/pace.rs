//! When a long piece of work asks whether to go on.

use crate::failure::{Poll, Stop};

/// Steps between two questions: some milliseconds, if a step is a look at one value.
const STEPS: usize = 1 << 20;
/// Steps that a byte of a text takes where it is read into features, signs, or fact texts.
pub const BYTE: usize = 16;
/// Texts between two questions, where they are short.
const POLL_TEXTS: usize = 256;

/// Asks by the work that is done, however much of it one item takes.
pub struct Pace<'a> {
    poll: Poll<'a>,
    left: usize,
}

impl<'a> Pace<'a> {
    pub fn new(poll: Poll<'a>) -> Pace<'a> {
        Pace { poll, left: STEPS }
    }

    /// What asks at once, for work that counts its own steps.
    pub fn poll(&mut self) -> Poll<'_> {
        &mut *self.poll
    }

    /// Note so many steps.
    pub fn spend(&mut self, steps: usize) -> Result<(), Stop> {
        match self.left.checked_sub(steps) {
            Some(left) => self.left = left,
            None => {
                self.left = STEPS;
                (self.poll)()?;
            }
        }
        Ok(())
    }
}

/// Ask now and then whether to go on, where each text is a short piece of work.
pub fn poll_at(i: usize, poll: Poll) -> Result<(), Stop> {
    if i % POLL_TEXTS == POLL_TEXTS - 1 { poll() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_asks_by_the_work_that_is_done() {
        let mut asked = 0;
        let mut poll = || {
            asked += 1;
            if asked == 3 { Err(Stop) } else { Ok(()) }
        };
        let mut pace = Pace::new(&mut poll);
        let spent = (0..).take_while(|_| pace.spend(STEPS / 4).is_ok()).count();
        assert_eq!(spent, 14);
        assert!(Pace::new(&mut || Err(Stop)).spend(STEPS + 1).is_err());
    }
}
