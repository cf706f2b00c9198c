import path from "node:path";
import tseslint from "typescript-eslint";

/**
 * Which folder may import which, as docs/architecture.md draws it: each names all that it may, beside itself; of a folder a
 * file alone where it needs no more. A folder that is not here may not be imported at all, and imports nothing.
 */
const rooms = {
  contract: [],
  workstation: [],
  catalog: ["contract"],
  components: ["contract", "catalog", "workstation/repository.ts"],
  recovery: ["contract", "catalog"],
  policies: ["contract", "catalog", "components"],
  toolchain: ["workstation"],
  operator: ["contract", "workstation", "catalog", "components", "recovery", "policies", "toolchain"],
  drill: ["contract", "workstation", "catalog", "recovery", "operator"],
  local: ["contract", "workstation", "catalog", "recovery", "operator"],
  bench: ["contract", "workstation", "catalog", "recovery", "operator", "drill", "local"],
  "index.ts": ["components", "account.ts", "platform.ts"],
  "account.ts": ["components"],
  "platform.ts": ["contract", "catalog", "components", "toolchain"],
  test: "anything",
};

/**
 * What every folder that imports any may import, toolchain's stand-ins too: how a program says what was thrown, and how it
 * waits. They know nothing of the platform.
 */
const forAll = ["contract/sentence-of.ts", "contract/wait-until.ts"];

/** Inside a folder: files below `from` may not import files below `to`, save that `except` is the importing file. */
const borders = [
  {
    from: /^components\/text\//,
    to: /^(?!components\/text\/)/,
    because: "components/text is pure: it imports nothing of ours",
  },
  {
    from: /^operator\/(?!stack\/)/,
    to: /\/own-place\.ts$/,
    because: "commands serve every place: open one with operator/stack/open-place.ts",
  },
];

/** The one import against the direction: what emulates a machine is loaded on demand, by this file alone. */
const onDemand = { file: "operator/stack/open-place.ts", target: "local/local-place.ts" };

/** Rooms without Pulumi: they must run where there is none. Of components, what reads the stack file too. */
const pulumiFree =
  /^((contract|catalog|recovery|operator|drill|workstation)\/|components\/(text|config)\/(?!load))/;

const roomOf = (file) => file.split("/")[0];

const importDirection = {
  meta: { type: "problem", schema: [], messages: { border: "{{target}}: {{because}}." } },
  create(context) {
    const file = path.relative(import.meta.dirname, context.filename);
    const check = (node, source) => {
      if (typeof source?.value !== "string") return;
      const target = source.value.startsWith(".")
        ? path.join(path.dirname(file), source.value)
        : source.value;
      const report = (because) =>
        context.report({ node: source, messageId: "border", data: { target, because } });
      if (target.startsWith("@pulumi/") && pulumiFree.test(file)) {
        report("this must run where there is no Pulumi");
      }
      if (!source.value.startsWith(".")) return;
      const [room, other] = [roomOf(file), roomOf(target)];
      const allowed = rooms[room] ?? [];
      const isOnDemand =
        node.type === "ImportExpression" && file === onDemand.file && target === onDemand.target;
      const isForAll = allowed.length > 0 && forAll.includes(target);
      const isAllowed = allowed === "anything" || [other, target].some((one) => allowed.includes(one));
      if (room !== other && !isAllowed && !isForAll && !isOnDemand) {
        report(`${room} may import ${allowed.length === 0 ? "no other folder" : allowed.join(", ")}`);
      }
      for (const { from, to, because } of borders) if (from.test(file) && to.test(target)) report(because);
    };
    return {
      ImportDeclaration: (node) => check(node, node.source),
      ImportExpression: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => check(node, node.source),
    };
  },
};

/** Commands talk to their user; all else returns, throws or logs. */
const commandFiles = [
  "components/config/generate.ts",
  "operator/commands/**",
  "operator/start.mjs",
  "drill/command.ts",
  "bench/command.ts",
  "recovery/agent/main.ts",
  "test/run.ts",
  "test/run-tests.ts",
  "test/tell-versions.ts",
  "test/e2e/**",
];

export default tseslint.config(
  { ignores: ["node_modules/", ".kaleem/", "dist/", "coverage/", "test/fixtures/", "**/*.golden.*"] },
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            { from: "package", package: "node:test", name: ["test", "it", "describe", "suite"] },
          ],
        },
      ],
      // Numbers in sentences are fine; objects and undefined are not.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true, allowNullish: false },
      ],
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // Index signatures are read with brackets: tsc demands it.
      "@typescript-eslint/dot-notation": "off",
      // An interface may be async where this implementation has nothing to wait for.
      "@typescript-eslint/require-await": "off",
      // Both spellings of an empty callback and of a type parameter used once read well enough.
      "@typescript-eslint/no-empty-function": "off",
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      "@typescript-eslint/prefer-promise-reject-errors": ["error", { allowThrowingUnknown: true }],
      "@typescript-eslint/only-throw-error": ["error", { allowThrowingUnknown: true, allowRethrowing: true }],
    },
  },
  {
    files: ["**/*.{ts,js,mjs}"],
    plugins: { kaleem: { rules: { "import-direction": importDirection } } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "kaleem/import-direction": "error",
      "no-console": "error",
      "no-empty": ["error", { allowEmptyCatch: false }],
      eqeqeq: "error",
      "prefer-const": "error",
      "no-var": "error",
      "no-restricted-syntax": [
        "error",
        {
          selector: "TSEnumDeclaration",
          message: "Node's type stripping has no enums; use a const object or a union.",
        },
        { selector: "TSParameterProperty", message: "Node's type stripping has no parameter properties." },
      ],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // A missing value in the text of a failing assertion is what one wants to see.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
    },
  },
  { files: commandFiles, rules: { "no-console": "off" } },
);
