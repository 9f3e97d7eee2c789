/**
 * The pure heart of demand: what a node's newest complete list means for its wishes.
 * In: the judged rows of the list, the node's live wishes, what is published. Out: one action per wish that is made, moved or
 * kept. The rules, in DESIGN's words: the node's own Portage is the judge; what it still wants to compile after a look that
 * could see the published package is refused, and never built again; what it no longer lists is gone.
 */
import { parseCpv } from '@binhost/shared/portage';
import type { WishState } from '@binhost/shared/protocol';
import { DENIED } from './judge-rows.ts';
import { nameDifference, type PassedOver } from './name-difference.ts';
import type { PublishedVariant } from './published-variant.ts';
import type { Judgement, ReportRow } from './report-row.ts';
import { nextWishState, type WishEvent } from './wish-state.ts';

export interface LiveWish {
  id: number;
  variantKey: string;
  cpv: string;
  state: WishState;
  reasonCode: string | null;
  reason: string | null;
  /** The package that it was told of; null: none. */
  publishedId: number | null;
  /** Event that told the node of the package; null: not told. */
  publishedEvent: number | null;
}

export interface WishSnapshot {
  /** `[ebuild]` rows with what they come to. */
  wanted: readonly { row: ReportRow; judgement: Judgement }[];
  /** `[binary]` rows that are ours, with the package that they name; localChange: what the node does to it by itself. */
  ours: readonly { row: ReportRow; published: PublishedVariant; localChange?: string | undefined }[];
  /** cpv of `[binary]` rows that are not ours. */
  servedElsewhere: ReadonlySet<string>;
  wishes: readonly LiveWish[];
  /** What is published in the node's pool. */
  published: readonly PublishedVariant[];
  /** Newest event that the look could have seen. */
  lastEvent: number;
  /** What may tell why a package is passed over. */
  node: Omit<PassedOver, 'taken'>;
}

interface Reason {
  reasonCode: string | null;
  reason: string | null;
}

export type WishAction =
  | ({ kind: 'create'; row: ReportRow; variantKey: string; state: WishState } & Reason)
  | ({ kind: 'move'; wishId: number; event: WishEvent; position: number | null } & Reason)
  | ({ kind: 'keep'; wishId: number; position: number } & Reason);

export function decideWishes(snapshot: WishSnapshot): WishAction[] {
  const byKey = new Map(snapshot.wishes.map((wish) => [wish.variantKey, wish]));
  const actions = new Map<string, WishAction>();
  for (const { row, judgement } of snapshot.wanted) {
    if (actions.has(row.variantKey)) continue;
    const wish = byKey.get(row.variantKey);
    actions.set(
      row.variantKey,
      wish ? onWanted(wish, row, judgement, snapshot) : create(row, row.variantKey, judgement),
    );
  }
  const byPackage = new Map(snapshot.wishes.map((wish) => [wish.publishedId, wish]));
  for (const taken of snapshot.ours) {
    const { row, published } = taken;
    // the wish may be of another variant that this package serves as well
    const wish = byPackage.get(published.id) ?? byKey.get(published.variantKey) ?? byKey.get(row.variantKey);
    const key = wish?.variantKey ?? published.variantKey;
    if (actions.has(key)) continue;
    // a wish for what is there already: it is told like any other, and so comes to be proven
    actions.set(key, wish ? onTaken(wish, taken, snapshot) : create(row, key, { event: 'build-wanted' }));
  }
  const left = snapshot.wishes.filter((wish) => !actions.has(wish.variantKey));
  return [...actions.values(), ...left.map((wish) => leave(wish, snapshot.servedElsewhere))];
}

/** The node still lists the wish as `[ebuild]`. */
function onWanted(wish: LiveWish, row: ReportRow, judgement: Judgement, snapshot: WishSnapshot): WishAction {
  const { position } = row;
  if (wish.state === 'published' || wish.state === 'ready') {
    const couldSee = wish.publishedEvent !== null && snapshot.lastEvent >= wish.publishedEvent;
    if (!couldSee) return keep(wish, row);
    return { kind: 'move', wishId: wish.id, event: 'refuse', position, ...refusal(wish, { row, judgement }, snapshot) };
  }
  if (wish.state === 'refused') {
    return { kind: 'keep', wishId: wish.id, position, ...refusal(wish, { row, judgement }, snapshot) };
  }
  // what the plan has noted stays until the plan takes it off
  if (wish.reasonCode === OVER_BUDGET && judgement.event === 'build-wanted') return keep(wish, row);
  const reasons = reasonOf(judgement);
  const moves = nextWishState(wish.state, judgement.event) !== undefined;
  if (moves) return { kind: 'move', wishId: wish.id, event: judgement.event, position, ...reasons };
  return { kind: 'keep', wishId: wish.id, position, ...reasons };
}

/** The node lists the wish as our `[binary]`; only its proof makes it ready. */
function onTaken(
  wish: LiveWish,
  { row, localChange }: WishSnapshot['ours'][number],
  { lastEvent }: WishSnapshot,
): WishAction {
  const kept = { kind: 'keep', wishId: wish.id, position: row.position } as const;
  if (localChange !== undefined) {
    const cp = parseCpv(row.entry.cpv)?.cp;
    const cure = `add --usepkg-exclude=${cp} to EMERGE_DEFAULT_OPTS there to keep it`;
    return { ...kept, reasonCode: 'local-changes', reason: `${localChange}; the binary would replace that: ${cure}` };
  }
  const hasSeen = wish.state === 'published' && wish.publishedEvent !== null && lastEvent >= wish.publishedEvent;
  if (!hasSeen || wish.reasonCode !== NOT_LOOKED) return keep(wish, row);
  const reason = "the node's Portage takes the binary; the node has not proven its file yet";
  return { ...kept, reasonCode: 'proof-awaited', reason };
}

/** Reason code of a waiting wish that is over its node's budget. */
export const OVER_BUDGET = 'over-budget';

/** Reason code of a published wish until the node has looked again. */
export const NOT_LOOKED = 'not-looked';

function refusal(
  wish: LiveWish,
  { row, judgement }: WishSnapshot['wanted'][number],
  { published, ours, node }: WishSnapshot,
): Reason {
  // a policy is no reason of the node's
  if (judgement.event !== 'build-wanted' && judgement.code !== DENIED) return reasonOf(judgement);
  const told = published.find((variant) => variant.id === wish.publishedId);
  const taken = ours.map((each) => each.published);
  const difference = nameDifference(row, told ?? published.find((variant) => variant.variantKey === row.variantKey), {
    ...node,
    taken,
  });
  return { reasonCode: difference.code, reason: difference.text };
}

function create(row: ReportRow, variantKey: string, judgement: Judgement): WishAction {
  return { kind: 'create', row, variantKey, state: STATE_AT_FIRST[judgement.event], ...reasonOf(judgement) };
}

const STATE_AT_FIRST = { 'build-wanted': 'waiting', exclude: 'excluded', obstacle: 'unbuildable' } as const;

function reasonOf(judgement: Judgement): Reason {
  if (judgement.event === 'build-wanted') return { reasonCode: null, reason: null };
  return { reasonCode: judgement.code, reason: judgement.text };
}

function keep(wish: LiveWish, { position }: ReportRow): WishAction {
  return { kind: 'keep', wishId: wish.id, position, reasonCode: wish.reasonCode, reason: wish.reason };
}

function leave(wish: LiveWish, servedElsewhere: ReadonlySet<string>): WishAction {
  const reason = servedElsewhere.has(wish.cpv)
    ? { reasonCode: 'served-elsewhere', reason: "the node's Portage takes another binary of it" }
    : { reasonCode: 'not-listed', reason: 'the node no longer lists it' };
  return { kind: 'move', wishId: wish.id, event: 'leave', position: null, ...reason };
}
