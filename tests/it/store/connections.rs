//! Connections that were let go of in the middle of something: none of them is used again as it was.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::task::JoinSet;

use super::stores::{Scratch, at};
use vigie::domain::operation::job::JobName;
use vigie::store::Store;

/// How often a future is polled before it is let go of: from before it has asked for anything to after its end.
const POLLS: u32 = 40;

/// At once, so that each connection is met.
const READERS: u32 = 16;

/// Polled so many times at most, as by a client that hangs up.
async fn cut_after<F: Future>(polls: u32, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut polled = 0;
    poll_fn(|context| {
        if polled == polls {
            return Poll::Ready(None);
        }
        polled += 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

async fn next_firing(store: &Store) -> Option<DateTime<Utc>> {
    let jobs = store.jobs().await.unwrap();
    jobs.into_iter().find(|standing| standing.job == JobName::Cycle).unwrap().next_at
}

/// What is written next is read by everybody.
async fn assert_fresh(store: &Store, written: DateTime<Utc>) {
    store.set_next_firing(JobName::Cycle, Some(written)).await.unwrap();
    let mut readers = JoinSet::new();
    for _ in 0..READERS {
        let store = store.clone();
        readers.spawn(async move { next_firing(&store).await });
    }
    while let Some(read) = readers.join_next().await {
        assert_eq!(read.unwrap(), Some(written));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_or_a_read_that_is_cut_at_any_point_leaves_no_trace_on_its_connection() {
    let scratch = Scratch::new().await;
    let store = &scratch.store;
    let noon = at("2020-11-30T12:00:00Z");
    store.job(JobName::Cycle, noon).await.unwrap();
    let mut cut = 0;
    for polls in 0..POLLS {
        let moment = |minutes: u32| noon + TimeDelta::minutes((3 * polls + minutes).into());
        let written = store.set_next_firing(JobName::Cycle, Some(moment(1)));
        cut += u32::from(cut_after(polls, written).await.is_none());
        assert_fresh(store, moment(2)).await;
        cut += u32::from(cut_after(polls, store.audit_head()).await.is_none());
        assert_fresh(store, moment(3)).await;
    }
    // Those that were not even begun, and others in the middle.
    assert!(cut > 2, "{cut} were cut");
}

#[tokio::test]
async fn a_file_is_read_and_written_again_once_it_is_back() {
    let scratch = Scratch::with_file().await;
    let (store, noon) = (&scratch.store, at("2020-11-30T12:00:00Z"));
    store.job(JobName::Cycle, noon).await.unwrap();
    let (file, aside) = (scratch.path(), scratch.path().with_extension("aside"));
    std::fs::rename(&file, &aside).unwrap();
    let fault = store.set_next_firing(JobName::Cycle, Some(noon)).await.unwrap_err();
    assert!(fault.to_string().contains("the file is gone"), "{fault}");
    assert!(store.check_storage().await.is_err());
    assert!(!file.exists(), "a new file was made");
    std::fs::rename(&aside, &file).unwrap();
    store.check_storage().await.unwrap();
    assert_fresh(store, noon).await;
}
