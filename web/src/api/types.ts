// Names for the bodies that pages speak about, taken out of the API's description.
import type { paths } from './schema';

type Body<P extends keyof paths> = paths[P] extends { get: { responses: { 200: { content: { 'application/json': infer T } } } } }
  ? T
  : never;
type Item<T> = T extends { items: (infer I)[] } ? I : never;

export type Customers = Body<'/v1/customers'>;
export type Customer = Body<'/v1/customers/{id}'>;
/** The answer while no rule has data says no more than that. */
export type ScoreOrNone = Body<'/v1/customers/{id}/score'>;
export type Score = Extract<ScoreOrNone, { band: unknown }>;
export type Dimension = Score['dimensions'][number];
export type Rule = Dimension['rules'][number];
export type Explanation = Body<'/v1/customers/{id}/score/explain'>;
export type ScoreHistory = Body<'/v1/customers/{id}/score/history'>;
export type TimelineLine = Item<Body<'/v1/customers/{id}/timeline'>>;
export type Happiness = Body<'/v1/customers/{id}/happiness'>;
export type Contact = Item<Body<'/v1/customers/{id}/contacts'>>;
export type Goal = Item<Body<'/v1/customers/{id}/goals'>>;
export type Milestone = Goal['milestones'][number];
export type StatusChange = Item<Body<'/v1/customers/{id}/status/history'>>;
export type Task = Item<Body<'/v1/tasks'>>;
export type Feedback = Item<Body<'/v1/feedback'>>;
export type InsightCell = Body<'/v1/insights'>['cells'][number];
export type Measure = Item<Body<'/v1/measures'>>;
