import type { Claim } from '../../files/claims/claim.js';
import type { Reporter } from './reporter.js';

/** A run writes to its directory only after it has reported something, and the claim must hold then. */
export function confirming(claim: Claim, reporter: Reporter): Reporter {
  const confirmed =
    <A extends unknown[]>(report: ((...args: A) => void) | undefined) =>
    (...args: A): void => {
      claim.confirm();
      report?.(...args);
    };
  return {
    preparing: confirmed(reporter.preparing?.bind(reporter)),
    started: confirmed(reporter.started?.bind(reporter)),
    stepped: confirmed(reporter.stepped?.bind(reporter)),
    evaluating: confirmed(reporter.evaluating?.bind(reporter)),
    finishedEpoch: confirmed(reporter.finishedEpoch?.bind(reporter)),
    warned: confirmed(reporter.warned?.bind(reporter)),
  };
}
