/** Values of a configuration file by dotted key: `build.mode`. */
export type Settings = Record<string, string | number | boolean | string[]>;

/** Settings as TOML with dotted keys; JSON's strings and arrays are TOML's too. */
export function settingsText(settings: Settings): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
    .join('');
}
