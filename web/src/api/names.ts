// Names of customers for lists that carry ids alone: out of one answer that other pages need too.
import { insightsQuery } from './queries';

/** A function from id to name; the id itself until the name is known. */
export function useNames(): (id: string) => string {
  const insights = insightsQuery();
  return (id) => known(insights.data).get(id) ?? id;
}

type Insights = ReturnType<typeof insightsQuery>['data'];
let last: Insights;
let names = new Map<string, string>();

/** The map of an answer, made once. */
function known(data: Insights): Map<string, string> {
  if (data && data !== last) {
    last = data;
    names = new Map(data.cells.flatMap((cell) => cell.customers.map((customer) => [customer.id, customer.name])));
  }
  return names;
}
