//! What ships to put Vigie behind a proxy, in containers, or on a platform.

mod platforms;
mod proxies;
