import * as absences from './absence-scenarios.ts';
import * as bindings from './binding-scenarios.ts';
import * as binhosts from './binhost-scenarios.ts';
import * as blockers from './blocker-scenarios.ts';
import { firstWholeWay } from './first-whole-way.ts';
import type { Scenario } from './fleet.ts';
import * as hostile from './hostile-scenarios.ts';
import * as large from './large-world.ts';
import * as nodes from './node-scenarios.ts';
import * as operator from './operator-scenarios.ts';
import * as ownWays from './own-way-scenarios.ts';
import * as plain from './plain-scenarios.ts';
import * as published from './published-scenarios.ts';
import * as reachability from './reachability-scenarios.ts';
import * as trees from './tree-scenarios.ts';

/** Every scenario, on both Portages. */
export const SCENARIOS: Scenario[] = [
  firstWholeWay,
  ...Object.values(plain),
  ...Object.values(nodes),
  ...Object.values(bindings),
  ...Object.values(blockers),
  ...Object.values(operator),
  ...Object.values(trees),
  ...Object.values(published),
  ...Object.values(absences),
  ...Object.values(ownWays),
  ...Object.values(binhosts),
  ...Object.values(reachability),
  ...Object.values(hostile),
  ...Object.values(large),
];
