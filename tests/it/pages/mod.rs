//! Pages, over HTTP and in a real browser: what a machine can say of every one of them, and what people do from beginning to end.

mod answer_links;
mod browser;
mod every_page;
mod people;
mod read_why;
