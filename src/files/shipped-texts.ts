/**
 * The texts of the files that ship with the code, by path. None stand here, where the files themselves are at hand; `npm run build`
 * writes them into `dist/`, for bundlers, which take along what is imported and nothing else.
 */
export const SHIPPED_TEXTS: Readonly<Record<string, string>> = {};
