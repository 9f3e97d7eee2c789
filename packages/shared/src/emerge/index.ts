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
