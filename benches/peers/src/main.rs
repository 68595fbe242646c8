//! Other rule engines on the rules and rows of Vigie's bench, as `cargo bench -- --peers FILE` wrote
//! them. No time is given unless every verdict is the one that was found there.

mod document;
mod exchange;
mod peers;
mod race;

use std::path::Path;
use std::process::ExitCode;

use document::Line;
use exchange::Exchange;
use peers::cel::Cel;
use peers::regorus::Regorus;
use peers::zen::Zen;
use race::Peer;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(file), Some(page)) = (arguments.next(), arguments.next()) else {
        eprintln!("expected the file of rules and rows, and the page to write");
        return ExitCode::from(2);
    };
    match run(Path::new(&file), Path::new(&page)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run(file: &Path, page: &Path) -> Result<(), String> {
    let exchange = Exchange::read(file)?;
    let lines =
        [measured::<Zen>(&exchange)?, measured::<Cel>(&exchange)?, measured::<Regorus>(&exchange)?];
    let section = document::section(&exchange, &lines);
    println!("{section}");
    document::write(page, &section)
}

fn measured<P: Peer>(exchange: &Exchange) -> Result<Line, String> {
    Ok(Line::new(P::NAME, P::HOW, race::time::<P>(exchange)?))
}
