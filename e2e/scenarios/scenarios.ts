import { firstWholeWay } from './first-whole-way.ts';
import type { Scenario } from './fleet.ts';

/** Every scenario, on both Portages. */
export const SCENARIOS: Scenario[] = [firstWholeWay];
