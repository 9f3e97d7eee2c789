/**
 * Sets a few keys in the text of a TOML file and leaves every other byte as it is. Pure text; whether the result says what
 * it should is for the caller to parse.
 */

/**
 * @param text of the file; '' for none
 * @param settings dotted keys of two words, `coordinator.url`, and their values
 */
export function withSettings(text: string, settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings).reduce((edited, [key, value]) => withSetting(edited, key, value), text);
}

function withSetting(text: string, dottedKey: string, value: string): string {
  const [table = '', key = ''] = dottedKey.split('.');
  const lines = text.split('\n');
  const place = findPlace(lines, table, key);
  const plain = `${key} = ${JSON.stringify(value)}`;
  switch (place.kind) {
    case 'replace':
      return lines.with(place.line, place.isDotted ? `${table}.${plain}` : plain).join('\n');
    case 'insert':
      return lines.toSpliced(place.line, 0, place.isDotted ? `${table}.${plain}` : plain).join('\n');
    case 'append': {
      const head = text === '' || text.endsWith('\n') ? text : `${text}\n`;
      return `${head}${head.trim() === '' ? '' : '\n'}[${table}]\n${plain}\n`;
    }
  }
}

type Place = { kind: 'replace' | 'insert'; line: number; isDotted: boolean } | { kind: 'append' };

/** The key's own line, else the place behind the table's head or behind a dotted key of it at the top, else the end. */
function findPlace(lines: readonly string[], table: string, key: string): Place {
  let inTable = '';
  let behind: Place = { kind: 'append' };
  for (const [line, text] of lines.entries()) {
    const head = /^\s*\[([^\]]*)\]/.exec(text)?.[1]?.trim();
    if (head !== undefined) {
      inTable = head;
      if (head === table) behind = { kind: 'insert', line: line + 1, isDotted: false };
      continue;
    }
    const [, dotted, own] = /^\s*(?:([\w-]+)\s*\.\s*)?([\w-]+)\s*=/.exec(text) ?? [];
    const isDotted = inTable === '' && dotted === table;
    const isPlain = inTable === table && dotted === undefined;
    if ((isDotted || isPlain) && own === key) return { kind: 'replace', line, isDotted };
    if (isDotted && behind.kind === 'append') behind = { kind: 'insert', line: line + 1, isDotted: true };
  }
  return behind;
}
