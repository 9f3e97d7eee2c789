export { PORTAGE_GRAMMAR } from './grammar.ts';
export { type Binding, bindingText, type Variant, variantText } from './variant-key.ts';
