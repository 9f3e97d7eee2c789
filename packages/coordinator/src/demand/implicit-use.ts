import type { NodeFacts } from '@binhost/shared/protocol';

/**
 * Flags that a profile turns on without any ebuild naming them (IUSE_IMPLICIT and the implicit USE_EXPAND groups), as far
 * as the node's facts tell: dependencies may stand under them (`elibc_glibc? ( … )`, `amd64? ( … )`), lists never print them.
 */
export function implicitUse(facts: Pick<NodeFacts, 'chost' | 'acceptKeywords'>): string[] {
  const arch = facts.acceptKeywords.map((word) => word.replace(/^~/, '')).find((word) => /^[a-z0-9]+$/.test(word));
  const [, kernel] = /-(linux|darwin|freebsd)/.exec(facts.chost) ?? [];
  const libc = facts.chost.includes('musl') ? 'musl' : kernel === 'linux' ? 'glibc' : undefined;
  return [
    ...(arch ? [arch, `arch_${arch}`] : []),
    ...(kernel ? [`kernel_${kernel}`] : []),
    ...(libc ? [`elibc_${libc}`] : []),
  ];
}
