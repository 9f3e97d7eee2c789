// Parse
export { isWholeList } from './judge-list.ts';
export { type PretendOutput, parsePretendOutput, parsePretendText } from './parse-pretend-output.ts';
export { PRETEND_LIMITS, type PretendLimits } from './pretend-limits.ts';
// What it says
export {
  MERGE_CHANGES,
  MERGE_KINDS,
  type MergeChange,
  type MergeEntry,
  type MergeKind,
  PROBLEM_CODES,
  type PretendProblem,
  type PretendResult,
  type PretendTotals,
  type ProblemCode,
} from './pretend-result.ts';
