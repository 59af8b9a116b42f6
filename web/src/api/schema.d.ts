// The part of the API that the console uses. Written by hand until docs/openapi.json is generated; `npm run api` replaces it.

type Status = 'thriving' | 'healthy' | 'steady' | 'struggling';
type Level = 'very_happy' | 'happy' | 'neutral' | 'not_happy';
type Insight = 'advocate' | 'product_issues' | 'business_trouble' | 'churn_risk' | 'stale' | 'unknown';

interface CustomerView {
  id: string;
  name: string;
  owner: string | null;
  arr_cents: number | null;
  currency: string;
  seats: number | null;
  renewal_on: string | null;
  plan: string | null;
  industry: string | null;
  country: string | null;
  size: string | null;
  stage: string | null;
  tags: string[];
  attributes: Record<string, string | number | boolean>;
  request_feedback: boolean;
  feedback_interval_days: number;
  automations_paused: boolean;
  status: Status | null;
  status_reason: string | null;
  status_set_by: string | null;
  status_set_at: string | null;
  status_stale_from: string | null;
  status_stale: boolean;
  score: number | null;
  band: Status | null;
  suggested_status: Status | null;
  disagrees: boolean;
  manual_override: { kind: 'cap' | 'floor' | 'set'; value: number; reason: string; set_by: string; set_at: string; expires_at: string } | null;
  coverage: number | null;
  oldest_input_days: number | null;
  score_change: number | null;
  happiness: number | null;
  happiness_level: Level | null;
  answers: number;
  insight: Insight;
  churned: boolean;
  computed_at: string | null;
  created_at: string;
  updated_at: string;
  version: number;
}

interface RuleView {
  id: string;
  measure: string;
  value: unknown;
  points: number | null;
  weight: number;
  effective_weight: number;
  contribution: number;
  state: 'used' | 'missing' | 'stale';
  observed_at: string | null;
  age_days: number | null;
}

interface DimensionView {
  id: string;
  value: number | null;
  weight: number;
  effective_weight: number;
  contribution: number;
  rules: RuleView[];
}

interface ScoreView {
  as_of: string;
  value: number | null;
  display: number | null;
  band: Status | null;
  raw: number | null;
  coverage: number;
  oldest_input_days: number | null;
  scorecard: { id: string; version: number };
  overrides: { id: string; kind: string; value: number; before: number; after: number }[];
  dimensions: DimensionView[];
}

interface Side {
  points: number | null;
  state: string;
  value: unknown;
}

interface ExplainView {
  change: number | null;
  from: { at: string; value: number | null; band: Status | null; coverage: number; scorecard: { id: string; version: number } };
  to: { at: string; value: number | null; band: Status | null; coverage: number; scorecard: { id: string; version: number } };
  items: { rule: string; dimension: string | null; measure: string | null; cause: string; delta: number; before: Side | null; after: Side | null }[];
}

interface HistoryView {
  items: { at: string; value: number | null; raw: number | null; band: Status | null; coverage: number; scorecard: { id: string; version: number } }[];
  annotations: { at: string; kind: string; title: string; reason?: string | null }[];
}

interface TimelineLine {
  at: string;
  kind: string;
  record: string;
  title: string;
  detail?: string;
}

interface HappinessView {
  value: number | null;
  level: Level | null;
  answers: number;
  newest_at: string | null;
  trend: { at: string; value: number | null; level: Level | null; answers: number }[];
  asked: number;
  answered: number;
  response_rate: number | null;
}

interface ContactView {
  id: string;
  customer: string;
  name: string;
  email: string;
  role: 'decision_maker' | 'champion' | 'user' | 'other';
  time_zone: string | null;
  locale: string | null;
  mail: { state: 'ok' | 'unsubscribed' | 'bounced' | 'complained' };
  asked: number;
  answered: number;
  last_asked_at: string | null;
  version: number;
}

interface TaskView {
  id: string;
  customer: string;
  title: string;
  detail: string;
  owner: string | null;
  priority: 'low' | 'normal' | 'high' | 'urgent';
  due_on: string;
  state: 'open' | 'done' | 'dropped';
  source: { kind: string; automation?: string; by?: string; event_id?: string };
  created_at: string;
  closed_at: string | null;
  version: number;
}

interface FeedbackView {
  at: string;
  customer: string;
  contact: string;
  role: string;
  rating: Level;
  request: string;
  revision: number;
  comment?: string;
  sentiment?: number;
}

interface InsightCell {
  insight: Insight;
  title: string;
  meaning: string;
  next_step: string;
  count: number;
  arr_cents: Record<string, number>;
  customers: {
    id: string;
    name: string;
    owner: string | null;
    arr_cents: number | null;
    currency: string;
    status: Status | null;
    score: number | null;
    happiness: number | null;
    happiness_level: Level | null;
  }[];
}

interface MeasureView {
  id: string;
  dimension: string | null;
  direction: string;
  kind: string;
  meaning: string;
  unit: string;
  window: string;
}

interface StatusChange {
  by: string;
  at: string;
  from: Status | null;
  to: Status;
  reason: string;
}

interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

interface Listing {
  limit?: number;
  cursor?: string;
}

type Json<T> = { content: { 'application/json': T } };

type InPath<Path> = Path extends undefined ? { path?: never } : { path: Path };

interface Read<Path, Query, Body> {
  get: { parameters: InPath<Path> & { query?: Query; header?: never; cookie?: never }; requestBody?: never; responses: { 200: Json<Body> } };
}

interface Write<Path, Headers, Send, Body> {
  parameters: InPath<Path> & { query?: never; header?: Headers; cookie?: never };
  requestBody: { content: { 'application/json': Send } };
  responses: { 200: Json<Body> };
}

type Id = { id: string };
type IfMatch = { 'If-Match': string };
type Once = { 'Idempotency-Key'?: string };
type None = Record<string, never>;

export interface paths {
  '/v1/customers': Read<
    undefined,
    Listing & {
      q?: string;
      owner?: string;
      status?: Status;
      stale?: boolean;
      disagrees?: boolean;
      band?: Status;
      happiness?: Level;
      insight?: Insight;
      sort?: string;
      [segment: `segment.${string}`]: string;
    },
    Page<CustomerView> & { total: number }
  >;
  '/v1/customers/{id}': Read<Id, None, CustomerView> & {
    patch: Write<Id, IfMatch, Partial<Pick<CustomerView, 'owner' | 'request_feedback' | 'tags' | 'stage' | 'renewal_on'>>, CustomerView>;
  };
  '/v1/customers/{id}/status': {
    put: Write<
      Id,
      IfMatch & Once,
      { status: Status; reason: string },
      { customer: string; status: Status; reason: string; set_by: string; set_at: string; stale_from: string }
    >;
  };
  '/v1/customers/{id}/status/history': Read<Id, Listing, Page<StatusChange>>;
  '/v1/customers/{id}/contacts': Read<Id, Listing, Page<ContactView>>;
  '/v1/customers/{id}/timeline': Read<Id, Listing & { kind?: string }, Page<TimelineLine>>;
  '/v1/customers/{id}/happiness': Read<Id, None, HappinessView>;
  '/v1/customers/{id}/score': Read<Id, { as_of?: string; scorecard?: 'then' | 'current' }, ScoreView>;
  '/v1/customers/{id}/score/history': Read<Id, { from?: string; to?: string }, HistoryView>;
  '/v1/customers/{id}/score/explain': Read<Id, { from: string; to?: string }, ExplainView>;
  '/v1/customers/{id}/score/override': {
    put: Write<Id, Partial<IfMatch>, { kind: 'cap' | 'floor' | 'set'; value: number; reason: string; expires_at?: string }, unknown>;
    delete: { parameters: { path: Id; query?: never; header?: Partial<IfMatch>; cookie?: never }; requestBody?: never; responses: { 204: { content: { 'application/json'?: never } } } };
  };
  '/v1/feedback': Read<undefined, Listing & { rating?: Level; customer?: string; from?: string; to?: string }, Page<FeedbackView>>;
  '/v1/tasks': Read<
    undefined,
    Listing & { customer?: string; owner?: string; state?: TaskView['state']; due_before?: string },
    Page<TaskView>
  > & {
    post: Write<undefined, Once, { customer: string; title: string; detail?: string; owner?: string; priority?: TaskView['priority']; due_on: string }, TaskView>;
  };
  '/v1/tasks/{id}': {
    patch: Write<Id, Partial<IfMatch>, { state?: TaskView['state']; due_on?: string; priority?: TaskView['priority']; owner?: string }, TaskView>;
  };
  '/v1/insights': Read<undefined, None, { cells: InsightCell[] }>;
  '/v1/measures': Read<undefined, None, { items: MeasureView[] }>;
}
