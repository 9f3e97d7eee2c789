import { firstWholeWay } from './first-whole-way.ts';
import type { Scenario } from './fleet.ts';
import {
  failingPackageIsExplained,
  libraryBeforeConsumer,
  twoNodesShareOneBuild,
  twoUseSetsTwoBuilds,
  whatIsNotBuiltSaysWhy,
} from './plain-scenarios.ts';

/** Every scenario, on both Portages. */
export const SCENARIOS: Scenario[] = [
  firstWholeWay,
  twoNodesShareOneBuild,
  twoUseSetsTwoBuilds,
  libraryBeforeConsumer,
  failingPackageIsExplained,
  whatIsNotBuiltSaysWhy,
];
