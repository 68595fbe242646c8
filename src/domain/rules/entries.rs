//! A file of entries, `[name]` each, laid over the shipped one entry by entry.

/// The shipped text with what people changed of the text that they wrote over: an entry shipped since then is in force,
/// and so is a new shipped value of an entry that they left alone. `base` is the text that they wrote over.
pub(super) fn laid_by_entry(shipped: &str, base: Option<&str>, published: &str) -> String {
    let (of_shipped, of_published) = (blocks(shipped), blocks(published));
    let of_base = base.map(blocks).unwrap_or_default();
    if base == Some(shipped) {
        // Written over this very text: as it was published, comments and order included.
        let is_lacking = |name: &str| find(&of_published, name).is_none();
        let lacking = of_shipped.iter().filter(|block| block.name.is_some_and(is_lacking));
        return appended(published.to_owned(), lacking);
    }
    let is_changed = |block: &&Block<'_>| {
        block.name.is_some_and(|name| {
            find(&of_base, name).is_none_or(|former| former.text.trim() != block.text.trim())
        })
    };
    let changed: Vec<&Block<'_>> = of_published.iter().filter(is_changed).collect();
    let mut text = String::new();
    for block in &of_shipped {
        let ours = changed.iter().find(|ours| block.name.is_some() && ours.name == block.name);
        match ours {
            Some(ours) => {
                text.push_str(ours.text.trim_end());
                text.push_str(trailing(block.text));
            }
            None => text.push_str(block.text),
        }
    }
    let added = changed
        .into_iter()
        .filter(|block| block.name.is_some_and(|name| find(&of_shipped, name).is_none()));
    appended(text, added)
}

/// The text of one entry of a file, without the comments before it; `None` when the file has no such entry.
pub fn entry(text: &str, name: &str) -> Option<String> {
    let blocks = blocks(text);
    let found = find(&blocks, name)?;
    Some(format!("{}\n", found.text.trim_end()))
}

/// The names of the entries of a file, in order.
pub fn names(text: &str) -> Vec<String> {
    blocks(text).iter().filter_map(|block| block.name.map(str::to_owned)).collect()
}

/// Lines from a header up to the next one, or up to the comments before it; what stands between entries has no name.
struct Block<'a> {
    name: Option<&'a str>,
    text: &'a str,
}

fn find<'b, 'a>(blocks: &'b [Block<'a>], name: &str) -> Option<&'b Block<'a>> {
    blocks.iter().find(|block| block.name == Some(name))
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let (mut from, mut name, mut at) = (0, None, 0);
    // Where the comments and blank lines that may belong to the next entry begin.
    let mut pause = None;
    for line in text.split_inclusive('\n') {
        if let Some(header) = header(line) {
            let end = pause.unwrap_or(at);
            found.push(Block { name, text: text.get(from..end).unwrap_or_default() });
            found.push(Block { name: None, text: text.get(end..at).unwrap_or_default() });
            (from, name, pause) = (at, Some(header), None);
        } else if line.trim().is_empty() || line.starts_with('#') {
            pause.get_or_insert(at);
        } else {
            pause = None;
        }
        at += line.len();
    }
    found.push(Block { name, text: text.get(from..).unwrap_or_default() });
    found.retain(|block| !block.text.is_empty());
    found
}

fn header(line: &str) -> Option<&str> {
    let name = line.strip_prefix('[')?.split_once(']')?.0.trim();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    (!name.is_empty() && name.chars().all(is_plain)).then_some(name)
}

fn trailing(text: &str) -> &str {
    text.get(text.trim_end().len()..).unwrap_or_default()
}

fn appended<'b>(mut text: String, blocks: impl Iterator<Item = &'b Block<'b>>) -> String {
    for block in blocks {
        let end = text.trim_end().len();
        text.truncate(end);
        text.push_str("\n\n");
        text.push_str(block.text.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "# Deux.\n\n[a]\nvalue = 0.20\n\n# B.\n[b]\nvalue = 1\n";

    #[test]
    fn over_the_same_shipped_text_what_was_published_is_in_force_as_it_is() {
        let published = BASE.replace("0.20", "0.15");
        assert_eq!(laid_by_entry(BASE, Some(BASE), &published), published);
        assert_eq!(laid_by_entry(BASE, Some(BASE), BASE), BASE);
        let alone = "[a]\nvalue = 0.15\n";
        let filled = "[a]\nvalue = 0.15\n\n[b]\nvalue = 1\n";
        assert_eq!(laid_by_entry(BASE, Some(BASE), alone), filled);
    }

    #[test]
    fn an_entry_shipped_since_and_a_new_shipped_value_are_in_force_beside_what_was_published() {
        let published = BASE.replace("0.20", "0.15") + "\n[ours]\nvalue = 7\n";
        let shipped = BASE.replace("value = 1", "value = 2") + "\n[c]\nvalue = 3\n";
        let laid = "# Deux.\n\n[a]\nvalue = 0.15\n\n# B.\n[b]\nvalue = 2\n\n[c]\nvalue = 3\n\n[ours]\nvalue = 7\n";
        assert_eq!(laid_by_entry(&shipped, Some(BASE), &published), laid);
        // Without the text that it was written over, all that was published is in force.
        let kept = laid.replace("value = 2", "value = 1");
        assert_eq!(laid_by_entry(&shipped, None, &published), kept);
    }

    #[test]
    fn an_entry_taken_back_is_the_shipped_one_again() {
        let shipped = BASE.replace("0.20", "0.18");
        assert_eq!(laid_by_entry(&shipped, Some(BASE), BASE), shipped);
    }
}
