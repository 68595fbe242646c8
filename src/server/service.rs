//! The service: the API on a port, scheduled jobs and delivery of notifications, and a clean stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, web};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::{info, warn};
use tracing_actix_web::TracingLogger;

use super::app_error::AppError;
use super::config::Config;
use super::{idle_timeout, sockets};
use crate::application::{JobQueue, Services, TrialPlaces};
use crate::delivery::Dispatcher;
use crate::domain::operation::job::JobName;
use crate::intake::Aliases;
use crate::schedule::{Runner, Work, run_job_queue};
use crate::store::{Credential, Store};
use crate::support::bounded_http::read_body;
use crate::support::clock::{Clock, SystemClock};
use crate::{api, application, delivery, store, web as web_pages};

/// Lifetime of the setup link, which creates the first account.
pub const INVITED: TimeDelta = TimeDelta::hours(24);

/// Maximum time to wait for the response to the health check.
const HEALTHCHECK_TIMEOUT: Duration = Duration::from_secs(5);

/// Maximum size of the response to the health check, in bytes.
const HEALTHCHECK_BYTES: usize = 64 * 1024;

/// A running service. Dropping it does not stop it.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    next_cycle: Option<DateTime<Utc>>,
    first_link: Option<String>,
    server: JoinHandle<std::io::Result<()>>,
    handle: ServerHandle,
    stop: watch::Sender<bool>,
    store: Store,
    scheduler: JoinHandle<()>,
    job_queue: JoinHandle<()>,
    dispatcher: JoinHandle<()>,
    state: web::Data<api::AppState>,
    refusals: JoinHandle<()>,
    figures: JoinHandle<()>,
    storage: JoinHandle<()>,
}

/// Starts the service. With port 0 the system chooses a port; see `Running::address`.
///
/// # Errors
/// If a setting is not valid, the database cannot be opened, or the port cannot be used.
pub async fn start(config: &Config, clock: Arc<dyn Clock>) -> Result<Running, AppError> {
    check(config)?;
    clean_up(&config.database_url);
    let services = config.services(clock).await?;
    let now = services.clock.now();
    let key = services.store.session_key(now).await?;
    let sign_in = web::Data::new(config.sign_in(Arc::clone(&services.clock), key)?);
    let invitation = services.store.invite_first((now, now + INVITED)).await?;
    let (stop, stopped) = watch::channel(false);
    let dispatcher = Dispatcher::new(
        services.store.clone(),
        Arc::clone(&services.clock),
        Arc::clone(&services.notify),
    )?;
    let dispatcher = tokio::spawn(dispatcher.run(stopped.clone()));
    let runner = runner(config, services.clone())?;
    runner.announce().await?;
    let timetable = runner.timetable(JobName::Cycle);
    let next_cycle = timetable.and_then(|timetable| timetable.next_after(services.clock.now()));
    let runner = Arc::new(runner);
    let (job_queue, requested) = JobQueue::channel();
    let carried_out = run_job_queue(Arc::clone(&runner), requested, stopped.clone());
    let carried_out = tokio::spawn(carried_out);
    let scheduler_stopped = stopped.clone();
    let scheduler = tokio::spawn(async move { runner.run(scheduler_stopped).await });

    let store = services.store.clone();
    let last = store.last_cycle().await?.map(|last| last.number);
    let metrics = web::Data::new(api::Metrics::new(last));
    let figures = tokio::spawn(application::keep_figures_ready(services.clone(), stopped.clone()));
    let state = web::Data::new(api::AppState::new(services, action_settings(config)));
    state.compare_clock().await;
    let job_queue = web::Data::new(job_queue);
    let (server, address) = listen(config, state.clone(), (metrics, sign_in, job_queue))?;
    let recorder = state.clone();
    let refusals = tokio::spawn(async move { recorder.record_refusals(stopped).await });
    let storage = tokio::spawn(watch_storage(store.clone(), stop.subscribe()));
    let handle = server.handle();
    info!("Listening on {address}");
    let first_link = invitation.map(|secret| first_link(config, address, &secret));
    Ok(Running {
        address,
        next_cycle,
        first_link,
        server: tokio::spawn(server),
        handle,
        stop,
        store,
        scheduler,
        job_queue: carried_out,
        dispatcher,
        state,
        refusals,
        figures,
        storage,
    })
}

/// The setup link. The log says that there is no account, but does not contain the link, which is a secret.
fn first_link(config: &Config, address: SocketAddr, invitation: &Credential) -> String {
    info!(
        "There is no account yet: `vigie accounts invite` prints the link that creates the first one"
    );
    setup_link(config, &address.to_string(), invitation)
}

async fn watch_storage(store: Store, stopped: watch::Receiver<bool>) {
    store.watch_storage(stopped).await;
}

/// Removes files left by a restoration that was killed. A failure is logged, and does not stop the service.
fn clean_up(database_url: &str) {
    if let Err(fault) = store::remove_killed_restoration(database_url) {
        let cause: &dyn std::error::Error = &fault;
        warn!(error = cause, "Files left by a restoration that was killed cannot be removed");
    }
}

/// Binds the API to its port, with the connection limits of the settings.
fn listen(
    config: &Config,
    state: web::Data<api::AppState>,
    (metrics, sign_in, job_queue): (
        web::Data<api::Metrics>,
        web::Data<api::SignIn>,
        web::Data<JobQueue>,
    ),
) -> Result<(Server, SocketAddr), AppError> {
    let fault = |source| AppError::Listen { address: config.listen.clone(), source };
    let settings = config.api.clone();
    let answers = web::Data::new(api::ResponseCache::new(settings.kept_bytes));
    let public_url = config.public_url.clone();
    let demonstration = config.demonstration_date()?;
    let limits = web::Data::new(api::RateLimits::new(&settings, state.clock()));
    let uploads = web::Data::new(api::Uploads::new(&settings));
    let trials = web::Data::new(TrialPlaces::new(config.trials));
    let in_force = serde_json::to_value(config).unwrap_or_default();
    let dsfr = web_pages::Dsfr::read(&config.web.dsfr)?;
    let page_settings = web_pages::PageSettings::new(demonstration, in_force, dsfr);
    let page_settings = web::Data::new(page_settings);
    // The last wrap runs first.
    let app = move || {
        App::new()
            .app_data(state.clone())
            .app_data(metrics.clone())
            .app_data(answers.clone())
            .app_data(uploads.clone())
            .app_data(trials.clone())
            .app_data(job_queue.clone())
            .app_data(sign_in.clone())
            .app_data(limits.clone())
            .app_data(page_settings.clone())
            .wrap(from_fn(web_pages::show_problems))
            .wrap(from_fn(api::add_etag))
            .wrap(Compress::default())
            .wrap(from_fn(api::add_encoding_to_etag))
            .wrap(from_fn(api::allow_origins))
            .wrap(from_fn(api::normalize_target))
            .wrap(api::default_headers(&public_url, demonstration))
            .wrap(from_fn(api::echo_ids))
            .wrap(from_fn(api::measure))
            .wrap(TracingLogger::<api::RequestSpan>::new())
            .wrap(from_fn(idle_timeout::suspend_timeout))
            .configure(api::body_limits(&settings))
            .configure(web_pages::configure)
            .configure(api::configure)
    };
    sockets::serve(app, &config.listen, &config.api).map_err(fault)
}

impl Running {
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The setup link; `None` if there is an account already.
    pub fn first_link(&self) -> Option<&str> {
        self.first_link.as_deref()
    }

    pub fn next_cycle(&self) -> Option<DateTime<Utc>> {
        self.next_cycle
    }

    /// Waits until the signal is true, then stops the service.
    ///
    /// # Errors
    /// If the service fails to stop.
    pub async fn until_stopped(self, mut stopped: watch::Receiver<bool>) -> Result<(), AppError> {
        drop(stopped.wait_for(|stopped| *stopped).await);
        self.stop().await
    }

    /// Stops the service. Requests in progress are answered; a job in progress commits what it has begun.
    ///
    /// # Errors
    /// If a task failed.
    pub async fn stop(self) -> Result<(), AppError> {
        self.stop.send_replace(true);
        self.handle.stop(true).await;
        self.scheduler.await?;
        self.job_queue.await?;
        self.dispatcher.await?;
        self.refusals.await?;
        self.figures.await?;
        self.storage.await?;
        self.server.await?.map_err(AppError::Serve)?;
        self.state.record_last_refusals().await;
        self.store.close().await;
        Ok(())
    }
}

/// The setup link, under the public address if it is configured, or else under `listen`.
pub fn setup_link(config: &Config, listen: &str, invitation: &Credential) -> String {
    format!("{}/setup/{}", home(config, listen), invitation.reveal())
}

/// Where people reach the service: the public address if it is configured, or else `listen`. Without a final slash.
pub fn home(config: &Config, listen: &str) -> String {
    match config.public_url.trim_end_matches('/') {
        "" => format!("http://{listen}"),
        home => home.to_owned(),
    }
}

/// A channel that turns true at SIGTERM or SIGINT.
///
/// # Errors
/// If the signals cannot be listened to.
pub fn stop_signal() -> Result<watch::Receiver<bool>, AppError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(AppError::Signal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(AppError::Signal)?;
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => info!("Stopping on SIGTERM"),
            _ = interrupt.recv() => info!("Stopping on SIGINT"),
        }
        stop.send_replace(true);
    });
    Ok(stopped)
}

/// Checks the settings, before anything is opened.
///
/// # Errors
/// For the first setting that is not valid.
pub fn check(config: &Config) -> Result<(), AppError> {
    config.check_listen()?;
    config.check_documents()?;
    Runner::check(&config.schedule)?;
    delivery::check(&config.notify())?;
    Aliases::read(&config.aliases)?;
    web_pages::Dsfr::read(&config.web.dsfr)?;
    config.provider(Arc::new(SystemClock))?;
    Ok(())
}

/// Checks that the service on this machine is ready.
///
/// # Errors
/// If it cannot be reached, or is not ready.
pub async fn healthcheck(listen: &str) -> Result<(), AppError> {
    // An address that means all interfaces is reached over the loopback interface.
    let host = listen.replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]");
    let url = format!("http://{host}/readyz");
    let unreachable = |source| AppError::Unreachable { url: url.clone(), source };
    let client =
        reqwest::Client::builder().timeout(HEALTHCHECK_TIMEOUT).build().map_err(unreachable)?;
    let answer = client.get(&url).send().await.map_err(unreachable)?;
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    let body = read_body(answer, HEALTHCHECK_BYTES).await;
    let body = body.map_err(|source| AppError::Unread { url: url.clone(), source })?;
    let body = String::from_utf8_lossy(&body).into_owned();
    Err(AppError::NotReady { url, status: status.as_u16(), body })
}

/// What callers of the API go by.
pub(super) fn action_settings(config: &Config) -> api::ActionSettings {
    api::ActionSettings {
        silences: config.silences,
        director: config.missions.director().map(str::to_owned),
        profiles: config.profiles.clone(),
        aliases: config.aliases.clone(),
    }
}

/// The job runner, configured from the settings.
///
/// # Errors
/// If a timetable is not valid.
pub fn runner(config: &Config, services: Services) -> Result<Runner, AppError> {
    let work = Work {
        services,
        profiles: config.profiles.clone(),
        aliases: config.aliases.clone(),
        import: config.import.clone(),
        backup: config.backup.clone(),
        housekeeping: config.housekeeping.clone(),
    };
    Ok(Runner::new(work, &config.schedule, fastrand::u64(..))?)
}
