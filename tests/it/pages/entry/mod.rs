//! Coming in: invitations, sign-in links, the page of an account, and links that serve without one.

mod account_page;
mod answer_links;
mod coming_in;
