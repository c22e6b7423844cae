//! A process for the tests: relay, consumer and health together, as a service has them.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "its parent reads both")]

use post_infrastructure as infrastructure;

use std::{
    error::Error,
    fmt::{self, Write},
    process::ExitCode,
    sync::Mutex,
    time::Duration,
};

use infrastructure::{
    Config, Databases,
    health::Health,
    messaging::{Broker, Consumer, ConsumerMetrics, Message, Receive, Relay},
    settings::Settings,
    shutdown::Shutdown,
};
use tokio_postgres::Transaction;
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// Writes down what it receives. It takes its time if the event says so.
struct Notes;

impl Receive for Notes {
    type Error = tokio_postgres::Error;

    async fn receive(
        &self,
        transaction: &Transaction<'_>,
        message: &Message,
    ) -> Result<(), Self::Error> {
        if let Some(slow) = message.payload.get("slow_ms").and_then(serde_json::Value::as_u64) {
            println!("begun {}", message.message_id);
            tokio::time::sleep(Duration::from_millis(slow)).await;
        }
        let statement = "INSERT INTO seen (message_id) VALUES ($1)";
        transaction.execute(statement, &[&message.message_id]).await.map(drop)
    }
}

/// Writes all events to the standard error.
struct Log(Mutex<()>);

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::DEBUG
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        let _turn = self.0.lock();
        eprintln!("{}", line.0);
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, " {field}={value:?}");
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    match chosen().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// With a file, its settings are shown; without one, the process works.
async fn chosen() -> Result<(), Box<dyn Error + Send + Sync>> {
    match std::env::args().nth(1) {
        Some(file) => {
            println!("{:?}", Settings::load(file)?);
            Ok(())
        }
        None => work().await,
    }
}

async fn work() -> Result<(), Box<dyn Error + Send + Sync>> {
    tracing::subscriber::set_global_default(Log(Mutex::new(())))?;
    let config = Config::from_env()?;
    tracing::info!(?config, "begun");
    let shutdown = Shutdown::on_signals()?;
    let databases = Databases::connect(&config.database)?;
    let broker = Broker::new(config.broker.clone());
    let metrics = ConsumerMetrics::default();
    let relay = Relay::new(&config.database, broker.clone(), config.relay.clone())?;
    let consumer = Consumer::new(broker.clone(), databases.clone(), config.consumer.clone(), Notes);
    let consumer = consumer.with_metrics(metrics.clone());
    let health = Health::new(databases, broker, config.health_timeout);
    shutdown.spawn(|stop| relay.run(stop));
    shutdown.spawn(|stop| consumer.run(stop));
    shutdown.spawn(|stop| async move {
        let mut said = String::new();
        while !stop.is_cancelled() {
            let report = serde_json::to_string(&health.check().await).unwrap_or_default();
            let now = format!("{report} duplicates {}", metrics.duplicates.get());
            if now != said {
                println!("{now}");
                said = now;
            }
            stop.run_until_cancelled(tokio::time::sleep(Duration::from_millis(100))).await;
        }
    });
    shutdown.drained(config.shutdown_timeout).await?;
    println!("drained");
    Ok(())
}
