//! Declared actions.

use super::Lowering;
use crate::plan::{Carrier, Command, Request};
use crate::semantic::hir;

impl Lowering<'_> {
    /// How actions are carried out, in step with the catalog's.
    pub(super) fn actions(self) -> Vec<Option<Carrier>> {
        let actions = self.program.actions.iter();
        actions
            .map(|carrier| carrier.as_ref().map(|carrier| self.carrier(carrier)))
            .collect()
    }

    fn carrier(self, carrier: &hir::Carrier) -> Carrier {
        match carrier {
            hir::Carrier::Http(request) => Carrier::Http(Box::new(self.request(request))),
            hir::Carrier::Command(command) => Carrier::Command(Box::new(self.command(command))),
            hir::Carrier::Builtin => Carrier::Builtin,
        }
    }

    fn request(self, request: &hir::Request) -> Request {
        let arguments = request.arguments.iter();
        let arguments = arguments.map(|(name, value)| (name.clone(), self.expression(value)));
        Request {
            arguments: arguments.collect(),
            results: request.results.clone(),
            retry: request.retry,
            connection: request.connection.clone(),
        }
    }

    fn command(self, command: &hir::Command) -> Command {
        let env = command.env.iter();
        let env = env.map(|(name, value)| (name.clone(), self.expression(value)));
        Command {
            run: command
                .run
                .iter()
                .map(|word| self.expression(word))
                .collect(),
            env: env.collect(),
            timeout: command.timeout,
            memory: command.memory,
        }
    }
}
