//! SIGKILL at moments spread over a command, from a database that is put back each time.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Saved, TestApp};

const FOR_EVER: Duration = Duration::from_mins(10);

/// A command that is killed again and again.
pub(crate) struct Killing<'a> {
    pub(crate) app: &'a TestApp,
    pub(crate) command: &'a [&'a str],
    /// At least that many; `TEST_KILLS` asks for more.
    pub(crate) kills: u32,
}

/// At least so many; `TEST_KILLS` in the environment asks for more.
#[expect(clippy::disallowed_methods, reason = "tests ask how hard they should try")]
pub(crate) fn kills(least: u32) -> u32 {
    let asked = std::env::var("TEST_KILLS").ok().and_then(|kills| kills.parse().ok());
    asked.unwrap_or(least).max(least)
}

impl Killing<'_> {
    /// Kills the command at moments spread over its whole run and a little beyond; `check` looks at
    /// what each kill leaves, and says whether the command's work is there. Gives how often it was
    /// not, and how often it was.
    pub(crate) fn run(&self, mut check: impl FnMut(u32) -> bool) -> (u32, u32) {
        let pristine = self.app.save();
        let whole = (0..3).map(|_| self.timed(&pristine)).max().unwrap();
        let kills = kills(self.kills);
        let (mut absent, mut present) = (0, 0);
        for kill in 0..kills {
            self.app.put_back(&pristine);
            let mut child = self.spawn();
            // However busy the machine is, the last one comes too late.
            let is_last = kill + 1 == kills;
            let moment = if is_last { FOR_EVER } else { whole * kill / (kills - kills / 10) };
            wait(&mut child, moment);
            child.kill().unwrap();
            child.wait().unwrap();
            if check(kill) {
                present += 1;
            } else {
                absent += 1;
            }
        }
        println!(
            "{kills} kills over {whole:?} of {:?}: {absent} left nothing, {present} all",
            self.command
        );
        (absent, present)
    }

    fn timed(&self, pristine: &Saved) -> Duration {
        self.app.put_back(pristine);
        let started = Instant::now();
        let status = self.spawn().wait().unwrap();
        assert!(status.success(), "{:?}", self.command);
        started.elapsed()
    }

    fn spawn(&self) -> Child {
        let mut command = self.app.command(self.command);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }
}

/// Lets the child run for that long, or less if it ends.
fn wait(child: &mut Child, time: Duration) {
    let until = Instant::now() + time;
    while Instant::now() < until && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
}
