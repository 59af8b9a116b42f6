// A rule that begins.
import type { Scorecard } from '../../api/scorecards';
import { freshId, rulesOf } from './document';

/** A rule with a measure that every system has, to be changed. */
export function firstRule(document: Scorecard): unknown {
  const taken = rulesOf(document).map(({ rule }) => rule.id);
  return {
    id: freshId('rule', taken),
    measure: 'usage.active_days_28d',
    weight: 10,
    points: { linear: { zero_at: 0, full_at: 20 } },
    missing: 'ignore',
  };
}
