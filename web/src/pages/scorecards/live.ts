// A customer's score of today beside that of a draft: rule by rule, so that the steps add up to the difference.
import type { Evaluation } from '../../api/scorecards';
import type { Step } from '../../charts/waterfall';
import { words } from '../../lib/format';

/** A customer's score of today; without any rule that has data it says no more than that. */
export type Today = Pick<Evaluation, 'dimensions' | 'overrides'> &
  Partial<{ [K in 'as_of' | 'band' | 'value' | 'raw' | 'scorecard']: Evaluation[K] | null }>;

/** What was measured about a customer, as the rules of today know it, for `POST /v1/scorecards/evaluate`. */
export function measuresOf(score: Today | undefined): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const { measure, value, observed_at } of (score?.dimensions ?? []).flatMap((dimension) => dimension.rules)) {
    found[measure] = value === null ? null : observed_at ? { value, observed_at } : value;
  }
  return found;
}

/** The score before somebody set it by hand: a draft says nothing about that. */
export function withoutHand(score: Today): number | null {
  const byHand = score.overrides.find(({ id }) => id === null);
  return byHand ? byHand.before : (score.value ?? null);
}

export interface Line {
  id: string;
  dimension: string;
  measure: string;
  before: number | null;
  after: number | null;
  points: number | null;
  state: string;
}

/** Every rule of either, with what it adds to the score by each; in the order of the draft, those that are gone last. */
export function ruleLines(before: Today, after: Evaluation): Line[] {
  const flat = (score: Pick<Evaluation, 'dimensions'>) =>
    score.dimensions.flatMap(({ id, rules }) => rules.map((rule) => ({ dimension: id, ...rule })));
  const old = new Map(flat(before).map((rule) => [rule.id, rule]));
  const lines = flat(after).map(({ id, dimension, measure, contribution, points, state }) => {
    const was = old.get(id);
    old.delete(id);
    return { id, dimension, measure, before: was ? was.contribution : null, after: contribution, points, state };
  });
  const gone = [...old.values()].map(({ id, dimension, measure, contribution }) => ({
    id,
    dimension,
    measure,
    before: contribution,
    after: null,
    points: null,
    state: 'gone',
  }));
  return [...lines, ...gone];
}

/** From today's score to the draft's: one step a rule, and one for what overrides do to it. */
export function steps(before: Today, after: Evaluation): Step[] {
  const rules = ruleLines(before, after).map((line) => ({
    id: line.id,
    label: words(line.id),
    note: line.before === null ? 'new rule' : line.after === null ? 'rule is gone' : '',
    delta: (line.after ?? 0) - (line.before ?? 0),
    neutral: false,
  }));
  const held = (value: number | null, raw: number | null) => (value ?? 0) - (raw ?? 0);
  const delta = held(after.value, after.raw) - held(withoutHand(before), before.raw ?? null);
  return [...rules, { id: 'overrides', label: 'Overrides', note: 'cap, floor or fixed value', delta, neutral: true }].map(
    (step) =>
      // What is left of summing up floating-point numbers is not a change.
      Math.abs(step.delta) < 1e-9 ? { ...step, delta: 0 } : step,
  );
}
