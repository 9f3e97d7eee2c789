/** What join does on a node, in this order; each by itself, each again without harm. */
export const JOIN_STEPS = ['config', 'repository', 'key', 'hook', 'service'] as const;
export type JoinStepName = (typeof JOIN_STEPS)[number];
