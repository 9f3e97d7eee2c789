import type { Variant } from '@binhost/shared/portage';
import { variantKey } from '../demand/variant-key.ts';
import { automagicLibraries, automagicText, type RootPackage } from './automagic.ts';
import { builtBindings, variantDifference, type WantedVariant } from './built-variant.ts';
import type { PackageMetadata } from './gpkg-metadata.ts';

/** A gpkg of a hand-over: what it is, or why it can't be used. */
export interface HandedOver {
  /** Below the hand-over directory. */
  path: string;
  result: PackageMetadata | { broken: string };
}

/** What the decision needs to know of packages that stand in the pool's index. */
export interface PublishedFacts {
  variantKey: string;
  cpv: string;
  buildTime: number;
}

export interface PublicationItem {
  path: string;
  metadata: PackageMetadata;
  /** As it was really built. */
  variant: Variant;
  /** Of a target the key that was asked for, of a by-product that of `variant`. */
  variantKey: string;
  byProduct: boolean;
}

export interface Publication {
  /** In the order of their BUILD_TIME. */
  publish: PublicationItem[];
  /** What is left behind, and why. */
  dropped: { path: string; why: string }[];
  /** Set: what was asked for is published already, under this key; it should be found under the asked one from now on. */
  publishedAs?: string;
  /** Set: nothing is published, and the attempt has failed. */
  failure?: string;
  /** Set: nothing is published before a person has approved it, and why. */
  quarantine?: string;
}

/**
 * Decides what of a hand-over is published. The target must be exactly what was asked for. By-products are published under
 * their own variant. Nothing is published twice as the same variant, and nothing whose BUILD_TIME is not later than that of
 * every published package of its version: nodes order instances by it.
 */
export function planPublication(input: {
  wanted: WantedVariant & { pool: string; variantKey: string };
  handedOver: readonly HandedOver[];
  /** What the build root held; undefined: not known, or a person has approved the packages as they are. */
  root?: readonly RootPackage[] | undefined;
  /** Live packages of the pool: all of the versions that were handed over or asked for. */
  published: readonly PublishedFacts[];
}): Publication {
  const { wanted, published } = input;
  const dropped: Publication['dropped'] = [];
  const candidates: Candidate[] = [];
  for (const { path, result } of input.handedOver) {
    const candidate = 'broken' in result ? result.broken : judge(path, result, wanted);
    if (typeof candidate === 'string') dropped.push({ path, why: candidate });
    else candidates.push(candidate);
  }
  candidates.sort((a, b) => a.item.metadata.buildTime - b.item.metadata.buildTime);
  const keys = new Set(published.map((one) => one.variantKey));
  const fitting = candidates.filter((candidate) => candidate.difference === undefined).map(({ item }) => item);
  const publishedAs = [wanted, ...fitting].find((one) => keys.has(one.variantKey))?.variantKey;
  if (fitting.length === 0 && publishedAs === undefined) {
    return { publish: [], dropped, failure: whyNoTarget(candidates, dropped, wanted) };
  }
  const chosen = chooseItems(withoutAutomagic(candidates, input.root ?? [], dropped), {
    keys,
    newest: newestTimes(published),
  });
  dropped.push(...chosen.dropped);
  if (publishedAs !== undefined) return { publish: chosen.publish, dropped, publishedAs };
  const target = chosen.publish.find((item) => fitting.includes(item));
  if (!target) {
    const why = chosen.dropped.findLast(({ path }) => fitting.some((item) => item.path === path))?.why;
    return { publish: [], dropped, failure: `${wanted.cpv} can't be published: ${why}` };
  }
  const found = automagicLibraries(target.metadata, input.root ?? []);
  if (found.length > 0) return { publish: [], dropped, quarantine: automagicText(found) };
  const publish = chosen.publish.map((item) =>
    item === target ? { ...item, byProduct: false, variantKey: wanted.variantKey } : item,
  );
  return { publish, dropped };
}

/**
 * Decides what of packages that somebody else built is published: each whole one under its own variant, by the same rules as
 * by-products.
 */
export function planImport(input: {
  pool: string;
  handedOver: readonly HandedOver[];
  /** Live packages of the pool: all of the versions that are imported. */
  published: readonly PublishedFacts[];
}): Pick<Publication, 'publish' | 'dropped'> {
  const dropped: Publication['dropped'] = [];
  const candidates: Candidate[] = [];
  for (const { path, result } of input.handedOver) {
    const item = 'broken' in result ? result.broken : itemOf(path, result, input.pool);
    if (typeof item === 'string') dropped.push({ path, why: item });
    else candidates.push({ item: item.item, difference: undefined });
  }
  candidates.sort((a, b) => a.item.metadata.buildTime - b.item.metadata.buildTime);
  const keys = new Set(input.published.map((one) => one.variantKey));
  const chosen = chooseItems(candidates, { keys, newest: newestTimes(input.published) });
  return { publish: chosen.publish, dropped: [...dropped, ...chosen.dropped] };
}

/** A by-product that found libraries by itself is left behind: nobody asked for it, so nobody is asked about it. */
function withoutAutomagic(
  candidates: readonly Candidate[],
  root: readonly RootPackage[],
  dropped: Publication['dropped'],
): Candidate[] {
  return candidates.filter(({ item, difference }) => {
    const found = difference === undefined ? [] : automagicLibraries(item.metadata, root);
    if (found.length > 0) dropped.push({ path: item.path, why: automagicText(found) });
    return found.length === 0;
  });
}

/** What may be published of packages in the order of their BUILD_TIME. */
function chooseItems(
  candidates: readonly Candidate[],
  { keys, newest }: { keys: ReadonlySet<string>; newest: ReadonlyMap<string, number> },
): Pick<Publication, 'publish' | 'dropped'> {
  const takenKeys = new Set(keys);
  const times = new Map(newest);
  const publish: PublicationItem[] = [];
  const dropped: Publication['dropped'] = [];
  for (const { item } of candidates) {
    const latest = times.get(item.metadata.cpv) ?? 0;
    if (takenKeys.has(item.variantKey)) {
      dropped.push({ path: item.path, why: 'the same variant is already published' });
    } else if (item.metadata.buildTime <= latest) {
      const why = `its BUILD_TIME ${item.metadata.buildTime} is not later than ${latest}, that of a published one of its version`;
      dropped.push({ path: item.path, why });
    } else {
      publish.push(item);
      takenKeys.add(item.variantKey);
      times.set(item.metadata.cpv, item.metadata.buildTime);
    }
  }
  return { publish, dropped };
}

interface Candidate {
  item: PublicationItem;
  /** undefined: this is what was asked for. */
  difference: string | undefined;
}

function judge(path: string, metadata: PackageMetadata, wanted: WantedVariant & { pool: string }): Candidate | string {
  const found = itemOf(path, metadata, wanted.pool);
  if (typeof found === 'string') return found;
  return { item: found.item, difference: variantDifference(found.item.variant, wanted, found.buildOnly) };
}

/** A package under its own variant; a sentence: why nodes could not use it. */
function itemOf(
  path: string,
  metadata: PackageMetadata,
  pool: string,
): { item: PublicationItem; buildOnly: ReadonlySet<string> } | string {
  const bindings = builtBindings(metadata.values);
  if (!bindings) return 'its recorded dependencies cannot be read';
  if (bindings.unbound.length > 0) {
    return `${bindings.unbound.join(', ')} stayed unbound, since nothing was installed for it: nodes would never see a rebuild`;
  }
  const { cpv, repository, useEnabled } = metadata;
  const variant = { pool, cpv, repository, useEnabled, bindings: bindings.all };
  const item = { path, metadata, variant, variantKey: variantKey(variant), byProduct: true };
  return { item, buildOnly: bindings.buildOnly };
}

function newestTimes(published: readonly PublishedFacts[]): Map<string, number> {
  const newest = new Map<string, number>();
  for (const { cpv, buildTime } of published) newest.set(cpv, Math.max(buildTime, newest.get(cpv) ?? 0));
  return newest;
}

function whyNoTarget(candidates: Candidate[], dropped: Publication['dropped'], wanted: WantedVariant): string {
  const { cpv } = wanted;
  const sameVersion = candidates.find((candidate) => candidate.item.metadata.cpv === cpv);
  if (sameVersion) return String(sameVersion.difference);
  const pf = cpv.slice(cpv.indexOf('/') + 1);
  const spoiled = dropped.find(
    ({ path }) => path.split('/').at(-1)?.startsWith(`${pf}-`) || path.endsWith(`/${pf}.gpkg.tar`),
  );
  if (spoiled) return `${cpv} can't be published: ${spoiled.why}`;
  return `expected a binary package of ${cpv}, got ${candidates.length + dropped.length} others`;
}
