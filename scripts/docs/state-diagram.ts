/** A transition table as a Mermaid state diagram; `starts` are the states in which a row may be made. */
export function stateDiagram(transitions: Record<string, Partial<Record<string, string>>>, starts: string[]): string {
  const arrows = Object.entries(transitions).flatMap(([from, moves]) => {
    const byTarget = new Map<string, string[]>();
    for (const [event, to] of Object.entries(moves)) {
      if (to) byTarget.set(to, [...(byTarget.get(to) ?? []), event]);
    }
    return [...byTarget].map(([to, events]) => `  ${from} --> ${to}: ${events.join(', ')}`);
  });
  const ends = Object.entries(transitions).filter(([, moves]) => Object.keys(moves).length === 0);
  return [
    '```mermaid',
    'stateDiagram-v2',
    ...starts.map((state) => `  [*] --> ${state}`),
    ...arrows,
    ...ends.map(([state]) => `  ${state} --> [*]`),
    '```',
  ].join('\n');
}
