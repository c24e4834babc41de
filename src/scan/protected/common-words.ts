// Ordinary words and headers, whose windows tell no value apart. Written by scripts/common-words.ts; not edited by hand.

/** Lower case or as in the header. */
export const COMMON_WORDS: readonly string[] = (
  "BEGINRSAPRIVATEKEY ENDRSAPRIVATEKEY BEGINECPRIVATEKEY ENDECPRIVATEKEY BEGINDSAPRIVATEKEY " +
  "BEGINENCRYPTEDPRIVATEKEY ENDENCRYPTEDPRIVATEKEY BEGINOPENSSHPRIVATEKEY " +
  "ENDOPENSSHPRIVATEKEY BEGINPGPPRIVATEKEYBLOCK BEGINCERTIFICATEENDCERTIFICATE " +
  "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9 eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9 " +
  "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9 MIIEpAIBAAKCAQEA MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKc= " +
  "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ== postgresql mongodb localhost username " +
  "password ability abortcontroller aborted aborting abortsignal absent absolute abstract " +
  "accept accepted accepting accepts access accessed accidental accidentally according " +
  "account accumulate accuracy accurate acornjs across action actions activated active " +
  "actively actual actually addeventlistener adding addition additional additionally address " +
  "addresses adhere adheres adjust adopted advanced advised affect affected affecting affects " +
  "against agarwal agents agreement aissue algora algorithm algorithms aliased aliases " +
  "aligned alignment allocate allocation allowed allowing allows almost alongside already " +
  "alternative alternatively alternatives although always amaster ambiguous amount analysis " +
  "andrew angular animate animation annotate annotation annotations anonymous another answer " +
  "answered answers anymore anyone anything anyway anywhere apache appear appears append " +
  "appended appending applicable application applications applied applies approach " +
  "appropriate appveyor arbitrary architecture arethetypeswrong argument arguments arising " +
  "around arraybuffer arrays arrowfunctionexpression arshabh article artifact ascending " +
  "assert assertion assertions assets assign assignable assigning assignment assignments " +
  "assist associated assume assumed assumes assuming assurances asyncfunction asyncfunctions " +
  "asyncgenerators asynchronous asynchronously attach attached attaches attachment attacker " +
  "attempt attempting attempts attribute attributes author authoritative authors autogenerate " +
  "automated automatic automatically available avatar avatars average avoiding awesome " +
  "babeljs babylon babylons background backslash backspace backward backwards badgen badges " +
  "banner basename baseurl basically bciagphbhdgggzd because become becomes before beginning " +
  "behave behaves behavior behaviors behaviour behaviours behind believe benchmark benchmarks " +
  "benefit bernhard better between beyond bgblack bgblackbright bgblue bgbluebright bgcyan " +
  "bgcyanbright bggray bggreen bggreenbright bggrey bgmagenta bgmagentabright bgredbright " +
  "bgwhite bgwhitebright bgyellow bgyellowbright bigint bigints binaries binary binding " +
  "bindings biomejs blackbright blocking blocks bluebird bluebright boolean booleans " +
  "bootstrap bottom boudrias boundary bounds bounty braces bracket brackets branch branches " +
  "brandon brasil breaking breaks brightgreen broken bronze browning browse browser " +
  "browserify browsers browserslist buffer buffers bugfixes building builds builtin builtins " +
  "bundle bundled bundlephobia bundler bundlers bundles bundling business bwwgdmvyc bwxucz " +
  "bynens bytelength cached caches caching calebmer callable callback callbacks called callee " +
  "caller calling camelcase campaign cancel caniuse cannot canonical capabilities capitalized " +
  "capture careful carefully carries casing cataldo caused causes causing caution caveat " +
  "caveats center certain certificate chaijs chainable chained chaining chalker challenges " +
  "championed change changed changelog changes changing channel character characters charge " +
  "charles charset charts checked checker checking checkout checks cherry childprocess " +
  "children choice choices choose chosen christian christopher chrome chromium chunks " +
  "circular circumstances claims clarify classconstructorcall classes classic classmethod " +
  "classproperties classproperty clause cleanup clickable client cloned cloning closed " +
  "closely closes closest closing cloudflare coalescing codecov codecoverage coderabbit " +
  "coding codspeed coerce coffee collect collection collective colorb colored coloring colors " +
  "colspan column columns combination combine combined combining command commands commas " +
  "comment comments commercial commit commits common commonjs community compact companies " +
  "company comparator compare compared comparing comparison comparisons compat compatibility " +
  "compatible compilation compile compiled compiler compileroptions compiles compiling " +
  "complete completed completely completes completion complex compliance compliant comply " +
  "component components composable compose comprehensive compress compression computation " +
  "compute computed concat concatenation concept concurrency concurrent condition conditional " +
  "conditionals conditions conduct config configfile configs configurable configuration " +
  "configurations configure configured configuring confirm conflict conflicts connect " +
  "connection conrad consequential consider considered consist consistent consists console " +
  "constants construct constructed constructing constructor constructors consume consumed " +
  "consumer consumers contact contain contained container containing contains " +
  "containsusestrict content contents context contexts continue continuing contract " +
  "contribute contributed contributing contribution contributions contributor contributors " +
  "control controlled controls convenience convenient convention conventional " +
  "conventionalcommits conventions conversion conversions convert converted converting " +
  "converts convex coordinate copied copies copying copyright correct correctly corresponding " +
  "counter counterparts counts couple course covenant coverage coveralls covered covers " +
  "create created createreadstream creates creating creation credits critical current " +
  "currently cursor custom customization customize cyanbright cycles damage damages danharper " +
  "daniel dashboard database dataset datatracker dealing dealings debugger debugging decide " +
  "decimal declaration declarations declare declared declares declaring decode decoded " +
  "decoder decoding decorator decorators dedicated deepequal default defaultanswer defaulted " +
  "defaulting defaults defaultvalue define defined defines defining definitelytyped " +
  "definition definitions delcaremoduleexports delete deleted delimited delimiter deliver " +
  "denoland depend depended dependencies dependency dependent dependents depending depends " +
  "deprecated deprecation derived describe described description descriptions descriptors " +
  "design designed desired despite destination destructure destructuring detail detailed " +
  "details detect detected detecting detection detects determine determined determines " +
  "deterministic devdependencies devdeps developer developers development deviations devtools " +
  "dfeaadb diagnostics dictionaries dictionary differ difference differences different " +
  "differently difficult digits direct direction directive directives directly directories " +
  "directory dirname disable disabled disables disabling disallow disclaimed disclaimer " +
  "disclosure discord discover discovered discovery discussion discussions dispatch display " +
  "displayed displaying displays disposal dispose distinguish distribute distributed " +
  "distribution dividab divmain dmytro doctype document documentation documented documents " +
  "doexpression domain domenic donate dotted double download downloads downside downstream " +
  "drewml dropped dropping duplicate duplicated duplicates duration during dynamic " +
  "dynamically dynamicimport earlier easier easiest easily ecmascript ecmaversion ecosystem " +
  "editor editorconfig editors edwards effect effectively effects efficient effort egstock " +
  "either eldereal electron element elements eliminate embedded emitted emitting emojis " +
  "emptytypeannotation emulator emulators enable enabled enables enabling encode encoded " +
  "encoding encodings encountered encourage ending endings endorse endpoint endswith enforce " +
  "engels engine engineering engines english enhance enhanced enhancements enough ensure " +
  "ensures ensuring enterprise entire entirely entities entries entrymodule enumerable " +
  "environment environments epoberezkin equality equals equivalent erroring errors esbuild " +
  "escape escaped escapes escaping eslinignore eslint especially espree esprima estree events " +
  "everyone everything everywhere evilmartians exactly example examples exceeded excellent " +
  "except exception exceptions excess exchange exchanged exclude excluded excluding exclusion " +
  "executable executables execute executed executing execution exemplary existence existent " +
  "existential existentialtypeparam existing exists existssync existstypeannotation exitcode " +
  "exited exiting expand expanded expanding expansion expect expected expecting expects " +
  "expensive experience experimental explain explaining explanation explicit explicitly " +
  "explorer exponential exponentiationoperator export exported exporting exports expose " +
  "exposed exposes express expression expressions expressive extend extended extending " +
  "extends extensible extension extensions extensive external extglob extract extracted " +
  "extremely eyeglasses facade facebook factory failed failing failure failures fallback " +
  "fallbacks falling familiar family faster fastest faulty fbadge fbiome feature features " +
  "feedback fgithub fields figure filename filenames filepath filesystem filled filter " +
  "filtered filtering filters finally finding firefox fitness fixing fixture fixtures " +
  "flattened flexible floating flowtype fmaster fmodule focused folder folders follow " +
  "followed following follows foobar footer footprint forawaitstatement forbid forbidden " +
  "forced forcefully foreach foreground formalparameters format formats formatted formatter " +
  "formatting forofstatement forward foundation fourth frames framework frameworks freeze " +
  "frequently friendly fromcodepoint frozen fstryker function functionality functionbody " +
  "functiondeclaration functionexpression functions funding furnished further future gabelevi " +
  "general generally generate generated generates generating generation generator generators " +
  "generic generics gensler getoptionvalue getter getting gibbons gibson gitattributes github " +
  "githubusercontent gitignore gitter giving global globally globals globstar goldman google " +
  "graceful gracefully gradient gradients grainger grammar granted granular graphql graphs " +
  "greater greedy greenbright greenkeeper greenkeeperio grouped groups guarantee guaranteed " +
  "guards guidelines guides gulpjs guybedford gzipped handbook handle handled handler " +
  "handlers handles handling happen happened happens hardware harmony harper hasown " +
  "hasownproperty having header headers heading health height helper helpers hereby heuristic " +
  "hexadecimal hidden higher highlight highlighting highlights highly historical history " +
  "holder holders homepage horizontal hosmer hosting however humans hundreds hybrid " +
  "hyperlinks hyphenated identical identifier identifiers identify identity idxrmltgipz " +
  "ignore ignored ignores iibmawxspsijyze illegal images immediate immediately immutable " +
  "impact implement implementation implementations implemented implementing implements " +
  "implicit implicitly implied implies import important imported importexpression importing " +
  "imports impossible improve improved improvements improves incidental include included " +
  "includes including inclusion inclusive incoming incompatible incomplete incorrect " +
  "incorrectly increase increasing increment incrementally incremented increments indent " +
  "indentation independent independently indexers indexof indicate indicated indicates " +
  "indicating indices indirect individual individually individuals indutny inference inferred " +
  "infinity information informative infrastructure inherit inheritance inherited inherits " +
  "inikulin initial initialization initialize initializers initially inject injection inline " +
  "inputs inquirer insensitive insert inserted inside inspect inspecting inspector inspired " +
  "install installation installed installing instance instanceof instances instead " +
  "instructions integer integrate integration intended interaction interactive intercept " +
  "interface interfaces intermediate internal internally internals international internet " +
  "interpret interpreted interrupt interruption intersection interval intrinsic intrinsics " +
  "introduce introduced introduction intype invalid inverse invert invisible invite " +
  "invocation invoke invoked isaacs isequal isolated issimpleparameterlist issues istanbul " +
  "italic itemname iterable iterate iteration iterator itself ittuyljygnuwzmca javascript " +
  "jeroen jeromew jetbrains jezell joining jordan jridgewell jscodeshift jsdelivr " +
  "jsxattribute jsxemptyexpression jsxtext kaicataldo kcheck keepachangelog keeping " +
  "keybindings keyboard keyshelptip keyword keywords killing kittens kobayashi kraken " +
  "krlpiofze kurchatkin kuzmenko labelcolor labels language languages larger latest launch " +
  "launched layout lazily leading leaves legacy length letter letters levels levine " +
  "lexicographically liability liable libraries library license licensed licenses licensing " +
  "lifecycle lightweight likely limitation limitations limited limits linenumber linter " +
  "linting listed listen listener listeners listening literal literals ljegmjiuni ljharb " +
  "ljigndkungwymi ljnmmjcumia ljygnsa ljygodgunwg loaded loader loaders loading loadpageinto " +
  "locale locales localhost localize locally located location locations lockfiles lodash " +
  "logger logging lokalise longer longest lookahead looking lookup looping lowercase lukeed " +
  "machine magenta magentabright mailto mainfields mainly maintain maintained maintainers " +
  "maintaining maintains maintenance making malformed managed management manager mandatory " +
  "manipulate manipulating manipulation manner manual manually mapped mapping mappings marble " +
  "markdown markdownlint marked marker marketplace martians master matched matcher matches " +
  "matching materials mathias mathiasbynens matrix matter matters mature maxdepth maximum " +
  "mckenzie meaning measure mechanism medium member members memory mention mentioned " +
  "merchantability merged merging message messages metadata method methods metrics " +
  "mgvlnsivpgo mgvmii michael microsoft middle middleware migrate migration million millions " +
  "milliseconds minification minified minimal minimatch minimist minimum minute minutes " +
  "minzip misleading missed misses missin missing models modern modification modifications " +
  "modified modifiers modifies modify modifying module modules moment monthly months morrison " +
  "mostly moving mozilla msawbdiyljygmzkumiaymi msawtdu multiline multiple mutants mutate " +
  "mutating mutation mutator namespace naming nathan native natively navigation nearest " +
  "nearly necessarily necessary needed needing negation negative negligence neither nested " +
  "nesting network newline newlines nightly nimkarde nodejs noninfringement normal normalize " +
  "normalized normally notable notation nothing notice notices npmcharts npmignore nullish " +
  "number numberliteraltypeannotat numbers numeric numericliteraltypeannota object " +
  "objectmember objectmethod objectproperty objects objecttypecallproperty objecttypeindexer " +
  "observable observed obtain obtaining occurred occurs offered offers official officially " +
  "offset offsets omitted online opacity opencode opencollective opening opensource operand " +
  "operating operation operations operator operators optimization optimizations optimize " +
  "optimized option optional optionally options orange ordered ordering ordinary " +
  "organizations origin original originally others otherwise output outputs outside overall " +
  "overflow overhead overlapping overload overridden override overrides overriding overview " +
  "overwrite overwritting package packaged packagephobia packages packed padding pagesize " +
  "panagiotis parallel parameter parameters params parens parent parentheses parity " +
  "parseasync parsed parseexpression parseint parsemaybeassign parseparenitem parser parsers " +
  "parses parsing partial partially particular passed passes passing password patched patches " +
  "patching pathext pattern patterns paying payload peculiar peculiarventures pending people " +
  "percent percentage perform performance performant performs perhaps period permission " +
  "permissions permit permitted person persons philosophy phrase picocolors picture pieces " +
  "pipeline piping placed placeholder places planning platform platforms playground please " +
  "plugin plugins points policies policy polish pollution polski polyfill polyfilled " +
  "polyfills ponyfill popular populate populated portion portions portugu position positional " +
  "positions positive possibility possible possibly postcss postfix potential potentially " +
  "powerful practice practices precedence precise predicate predicates prefer preference " +
  "preferred prefers prefix prefixed prefixes prepare prepared prepend prepended " +
  "prepublishonly present preserve preserved preserves preset pressing prettier pretty " +
  "prevent prevents previous previously primary primitive printed printing prints private " +
  "probably problem problems process processed processes processing procurement produce " +
  "produced produces production products professional profile profits program programmatic " +
  "programmatically programming programs progress project projects promise promises promote " +
  "prompt prompts proper properly properties property proposal proposals protected protection " +
  "protocol protocols prototype provide provided provider provides providing public publish " +
  "published purely purpose purposes pushed python qualified quality queries question " +
  "questions quickly quoted quotes raised random ranges raphael rather rationale rattray " +
  "rawgit reached reaches readable readablestream readfile readfilesync reading readline " +
  "readme readonly really reason reasonable reasons rebase rebasing rebuild receive received " +
  "receives receiving recent recently recognised recommend recommended record recursion " +
  "recursive recursively redbright redistribution redistributions reduce redundant refactor " +
  "refactoring reference referenced references referral reflect regard regarding regardless " +
  "regexes regexp regexpliteral register registered registration registry regression regular " +
  "reintroduce reject rejected rejects related relative release released releases relevant " +
  "reliability reliably relying remain remaining remains remote removal remove removed " +
  "removes removing rename renamed render rendered rendering renders reorder repeat repeated " +
  "rephrase replace replaced replacement replaces replacing report reported reporter " +
  "reporters reporting reports repositories repository representation represented " +
  "representing represents reproduce request requested requests require required requirement " +
  "requirements requires requiring reserved resets resolution resolve resolved resolver " +
  "resolves resolving resource resources respect respectively respond response responses " +
  "responsible restart restelement restore restpattern restproperty restrict restriction " +
  "result resulting results resume retain retrieve return returned returning returns reusable " +
  "revert reverted review revision revoke rewrite rewritten rgaehqwryputovf rhythm rights " +
  "roadmap robust robustness rocket rollback rolldown rollup rstudio rubanov runkit runner " +
  "runners running runtime runtimes rvalue rwaldron safari safely safety sample sampled " +
  "samples satisfies satisfy sauleau savings sboudrias scalar scenarios schedule schema " +
  "schemas scheme schemes scoped scorecard screen screenshot screenshots script scripts " +
  "scroll search searched searches searching sebastian sebmarkbage second seconds secret " +
  "section sections secure security segment segments select selectable selected selecting " +
  "selection selector semantic semantics semicolon semicolons semver sending sensitive " +
  "separate separated separately separator separators sequence sequences sergey serialization " +
  "serialize serialized serializer server servers service services settimeout setting " +
  "settings several shakeable shaking shallow shared shebang shield shields shieldsio " +
  "shortcut shortcuts shorter shorthand should shouldn showing sibling sideeffects signal " +
  "signals signature signatures significant significantly silent silently similar similarly " +
  "simple simpler simplified simplify simply sindre sindresorhus single situations skipped " +
  "slashes slightly slogan slower smaller smallest snippet snippets socket software solution " +
  "someothervalue something sometimes sometype somevalue sorhus sorted sorting source " +
  "sourcemap sourcemaps sourceroot sources sourcescontent spaces sparse spawned spawning " +
  "special specific specifically specification specifications specified specifier specifiers " +
  "specifies specify specifying spelling spinner splitup sponsor sponsoring sponsors " +
  "sponsorship spread spreadelement spreadproperty square srcset stable stackoverflow " +
  "standalone standard standards started starting startline starts startswith startup " +
  "statement statements static statics status stderr stdout storage stored strange strategy " +
  "stream streaming streams strict stricter strictly strikethrough string stringify strings " +
  "stripped strips strong strongly structure structured structures stryker strykerjs studio " +
  "styled stylelint styles styling subclass subclassing subcommand subcommands subject " +
  "sublicense submit submitted subpath subscribe subscription subsequent subset substack " +
  "substantial substitute substitution substring substrings succeed succeeds success " +
  "successful successfully suffix suggest suitable sumedh summary supplied supply supplying " +
  "support supported supporting supports supportscolor suppose suppress surface sustainable " +
  "switch switching symbol symbols symlinks synchronous synchronously synopsis syntactic " +
  "syntax syntaxerror syntaxfm system systems tables tagged takedecorators taking tarball " +
  "target targeting targets technical template templates temporal temporarily temporary " +
  "terminal terminals terminate termination terminator terminology tested testing tfpocch " +
  "thanks themes theming thenify theory therefore things thlorenz thomas though thousands " +
  "threads through throughput throwing thrown throws tidelift timeout timers timestamp timing " +
  "timothy together toggle tokenizer tokens toolchain tooling tostring towards tracing " +
  "tracked tracking trailing trailingfunctioncommas transform transformation transformations " +
  "transformer transforms translation transparent transpile transport traversal traverse " +
  "travis treated treats triage trigger triggers trimming truecolor truncate truncated " +
  "trusted truthy trying tschinder tsconfig ttqunia twitter typeannotation typeannotations " +
  "typedarray typeerror typeof typeparameter typescript typescriptlang typically typing " +
  "typings typography typographystyle unable unchanged undefined underline underlined " +
  "underlying understand undocumented unescape unexpected unfortunately unhandled unicode " +
  "unicorn unified unintended unique universal unknown unless unlike unmaintained unnecessary " +
  "unneeded unsafe unsupported untrusted unused update updated updates updating upgrade " +
  "uploader upstream usable usages useful username ussner usually utilities utility validate " +
  "validated validates validating validation validator valign values variable variables " +
  "variance variant variants variety various vaxilart vcmcvmjawmc vekris verbose verbosity " +
  "verification verify version versionbadg versioning versions vertical visibility visible " +
  "visibly visitor visual visualstudio vitest vkurchatkin vladimir vscode vulnerabilities " +
  "vulnerability walker walkers walking warning warnings warranties warranty weakmap " +
  "webassembly webpack website websocket weekly weight welcome whatever whatwg whenever " +
  "whereas whether whitebright whitespace widely wiiblbmnvzgluzz wikipedia wildcard window " +
  "windows within without wordwrap workaround worked worker workers workflow workflows " +
  "working workspace wrapped wrapper wrappers wrapping writable writefile writes writing " +
  "written xiemaisi yeiigzmlsbd yellow yellowbright yideymi yielding yields yourself youtube " +
  "ytduyljygnug zdmcipgogidxwyxroigq " +
  "zilberman"
).split(" ");
