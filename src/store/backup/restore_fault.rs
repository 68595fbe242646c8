//! Why a backup is not put back.

use std::path::PathBuf;

use thiserror::Error;

#[derive(Debug, Error)]
pub enum RestoreFault {
    #[error("`{}` is the database itself, expected a backup of it", path.display())]
    FromItself { path: PathBuf },
    #[error(
        "`{}` lies next to the backup: the copy was made in the middle of a transaction and is not \
         whole; restore one that the job `backup` made",
        path.display()
    )]
    CutBackup { path: PathBuf },
    #[error(
        "`{}` changed while it was read: it is in use; restore a backup that the job `backup` made",
        path.display()
    )]
    MovingBackup { path: PathBuf },
    #[error("find `{}`", path.display())]
    FollowLinks { path: PathBuf, source: std::io::Error },
}
