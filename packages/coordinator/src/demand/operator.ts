/** Stands for the operator where a node's id stands otherwise. */
export const OPERATOR = 'operator';

/** Why a build that no node reported is made. */
export const OPERATOR_REASON = 'waits for a builder; asked for by the operator';
