/* tokentra: exact cost accounting for LLM usage. The C interface.
 *
 * tokentra turns usage into exact money, and aggregates it by who and what it was for. It has no
 * server, no network, no thread and nothing to initialise.
 *
 * How to read this header, from simple to advanced:
 *   1. Values: status, text, money, quantities
 *   2. The library itself, errors, meters
 *   3. Catalog: open, enumerate; overlays over it
 *   4. Price: one call, many calls, explain
 *   5. Extract: from a response body to usage
 *   6. Records: logs in, results out
 *   7. Client: track, recorder, snapshot, rows
 *      and the difference that another catalog makes
 *   8. Ledger: one folder for all processes of a service; snapshots as bytes, merged
 *   9. Arrow: tables of calls in, costs and snapshots out
 *  10. Convention: naming rules, checked on their own, at every event, or over logs and ledgers
 *
 * Rules that hold everywhere:
 *   - Every function that can fail returns a tokentra_status and takes `tokentra_error** error` as
 *     its last parameter. `error` may be NULL. On failure *error owns an error object
 *     (tokentra_error_free), on success it is left alone. Out parameters are written on success
 *     only.
 *   - Text in is pointer + length, UTF-8, not NUL-terminated, and is not kept after the call. Text
 *     out is a borrowed view that lives as long as the object it came from, unless said otherwise.
 *     A text of size 0 with data NULL is absent; a comment says where empty and absent differ.
 *   - Objects are opaque. `..._free(NULL)` does nothing. An object keeps alive what it was made
 *     from, so objects may be freed in any order. A NULL object elsewhere is INVALID_ARGUMENT where
 *     there is a status, and nothing (0, NULL, a text of size 0) where there is none.
 *   - A structure that crosses in an array or by pointer travels with its size: the library reads
 *     and writes that many bytes, takes missing members as zero and refuses members it does not
 *     know unless they are zero. `reserved` members must be zero.
 *   - const is the thread contract: functions that take a const object may run concurrently on it;
 *     functions that take a mutable one need it to themselves. The client is the exception, said
 *     there: its functions may all run concurrently.
 *   - No function aborts, prints, reads a clock, the environment or the locale, or starts a thread.
 *     An absent instant is INT64_MIN nanoseconds.
 *
 * Each function states Thread, Owns, Errors and Since.
 */
#ifndef TOKENTRA_TOKENTRA_H_
#define TOKENTRA_TOKENTRA_H_

#include <stddef.h>
#include <stdint.h>

#if defined(TOKENTRA_STATIC)
#define TOKENTRA_API
#elif defined(__GNUC__)
#define TOKENTRA_API __attribute__((visibility("default")))
#else
#define TOKENTRA_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The Arrow C data and C stream interfaces, word for word as the standard has them
 * (https://arrow.apache.org/docs/format/CDataInterface.html). The macros are the standard's: of
 * several headers with these definitions, the first counts. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};

#endif /* ARROW_C_DATA_INTERFACE */

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};

#endif /* ARROW_C_STREAM_INTERFACE */

#define TOKENTRA_VERSION_MAJOR 0
#define TOKENTRA_VERSION_MINOR 1
#define TOKENTRA_VERSION_PATCH 0
#define TOKENTRA_ABI_VERSION 1

/* ---- 1. Values ------------------------------------------------------------------------------ */

/* Codes are those of google.rpc.Code, 0 to 16; never renumbered. */
typedef int32_t tokentra_status;
#define TOKENTRA_OK 0
#define TOKENTRA_CANCELLED 1
#define TOKENTRA_UNKNOWN 2
#define TOKENTRA_INVALID_ARGUMENT 3 /* the caller's input is wrong; the message names it */
#define TOKENTRA_DEADLINE_EXCEEDED 4
#define TOKENTRA_NOT_FOUND 5
#define TOKENTRA_ALREADY_EXISTS 6
#define TOKENTRA_PERMISSION_DENIED 7
#define TOKENTRA_RESOURCE_EXHAUSTED 8 /* memory or a stated limit */
#define TOKENTRA_FAILED_PRECONDITION 9
#define TOKENTRA_ABORTED 10
#define TOKENTRA_OUT_OF_RANGE 11 /* an amount or an index beyond its range */
#define TOKENTRA_UNIMPLEMENTED 12
#define TOKENTRA_INTERNAL 13 /* a defect of tokentra */
#define TOKENTRA_UNAVAILABLE 14
#define TOKENTRA_DATA_LOSS 15
#define TOKENTRA_UNAUTHENTICATED 16

typedef struct tokentra_text {
  const char* data;
  size_t size;
} tokentra_text;

/* A signed 128-bit count of 10^-18 US dollars, little word first: Arrow decimal128(38,18). */
typedef struct tokentra_money {
  uint64_t lo;
  int64_t hi;
} tokentra_money;

/* Listed means present: a quantity of 0 is a statement, a meter not listed is absent. */
typedef struct tokentra_quantity {
  uint32_t meter; /* tokentra_meter_id */
  uint32_t reserved;
  uint64_t quantity;
} tokentra_quantity;

/* A condition or a metadata entry: empty values count. */
typedef struct tokentra_pair {
  tokentra_text name;
  tokentra_text value;
} tokentra_pair;

#define TOKENTRA_NO_INSTANT INT64_MIN

/* tokentra_call.flags */
#define TOKENTRA_CALL_BATCH 1u

/* One call of a model: what is priced and tracked. Zero-initialise, then fill in. */
typedef struct tokentra_call {
  tokentra_text provider; /* required: "openai", "anthropic", ... */
  tokentra_text model;    /* when `response` does not name it, or to override it */
  tokentra_text api;      /* flavour of `response`; absent: detected */
  tokentra_text service_tier;
  tokentra_text region;
  tokentra_text id;       /* idempotency key; absent: the response's own id */
  tokentra_text response; /* the response body as JSON; or `usage` */
  const tokentra_quantity* usage;
  size_t usage_count;
  const tokentra_pair* conditions;
  size_t condition_count;
  const tokentra_pair* metadata;
  size_t metadata_count;
  int64_t at_ns; /* instant of the call, nanoseconds since 1970 UTC (0 is 1970: always set it), or
                  * TOKENTRA_NO_INSTANT */
  uint32_t flags;
  uint32_t reserved;
  int64_t arrived_ns; /* when the call came, for late and skewed ones (tokentra_client_track); 0 or
                       * TOKENTRA_NO_INSTANT: not to be judged, as for logs and backfills */
  uint64_t reserved2;
} tokentra_call;

/* How a model was found in the catalog. */
#define TOKENTRA_MATCH_NONE 0
#define TOKENTRA_MATCH_EXACT 1
#define TOKENTRA_MATCH_ALIAS 2
#define TOKENTRA_MATCH_PATTERN 3
#define TOKENTRA_MATCH_NORMALIZED 4

/* What pricing came to. Unpriced is never 0: its total is meaningless. */
#define TOKENTRA_STATE_PRICED 1
#define TOKENTRA_STATE_FREE 2
#define TOKENTRA_STATE_PARTIAL 3 /* some quantity has no rate; the total is of the rest */
#define TOKENTRA_STATE_UNPRICED 4
#define TOKENTRA_STATE_UNMETERED 5 /* the body carries no usage */

#define TOKENTRA_QUALITY_EXACT 1
#define TOKENTRA_QUALITY_SUSPECT 2
#define TOKENTRA_QUALITY_INCOMPLETE 3

/* What became of a tracked call. */
#define TOKENTRA_OUTCOME_RECORDED 1
#define TOKENTRA_OUTCOME_DUPLICATE 2 /* same id, same content: counted once */
#define TOKENTRA_OUTCOME_CONFLICT 3  /* same id, other content: counted apart */
#define TOKENTRA_OUTCOME_REFUSED 4   /* the usage is invalid; the error says why */
#define TOKENTRA_OUTCOME_UNMETERED 5

typedef struct tokentra_error tokentra_error;
typedef struct tokentra_document tokentra_document;
typedef struct tokentra_catalog tokentra_catalog;
typedef struct tokentra_cost tokentra_cost;
typedef struct tokentra_extraction tokentra_extraction;
typedef struct tokentra_stream tokentra_stream;
typedef struct tokentra_records tokentra_records;
typedef struct tokentra_held tokentra_held;
typedef struct tokentra_client_options tokentra_client_options;
typedef struct tokentra_client tokentra_client;
typedef struct tokentra_recorder tokentra_recorder;
typedef struct tokentra_ledger tokentra_ledger;
typedef struct tokentra_snapshot tokentra_snapshot;
typedef struct tokentra_rows tokentra_rows;
typedef struct tokentra_repricing tokentra_repricing;
typedef struct tokentra_diff tokentra_diff;
typedef struct tokentra_table tokentra_table;
typedef struct tokentra_convention tokentra_convention;
typedef struct tokentra_lint tokentra_lint;
typedef struct tokentra_proposal tokentra_proposal;

/* ---- 2. The library itself, errors, meters --------------------------------------------------- */

/* Static text "0.1.0".
 * Thread: any. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API const char* tokentra_version_string(void);

/* major * 10000 + minor * 100 + patch.
 * Thread: any. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API uint32_t tokentra_version_number(void);

/* The version of this interface; it changes only when a function or layout changes meaning.
 * Thread: any. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API uint32_t tokentra_abi_version(void);

/* Static JSON text that describes this interface: functions, structures with sizes and offsets,
 * constants. Bindings compare their own tables with it.
 * Thread: any. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API const char* tokentra_abi_manifest(void);

/* Static text "INVALID_ARGUMENT"; "UNKNOWN_STATUS" for a number that is no code.
 * Thread: any. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API const char* tokentra_status_name(tokentra_status status);

/* Thread: concurrent. Owns: nothing. Errors: none (NULL has code TOKENTRA_OK). Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_error_code(const tokentra_error* error);

/* One line: fact, offending value, limit or nearest valid.
 * Thread: concurrent. Owns: view, lives as long as `error`. Errors: none. Since: 1.0 */
TOKENTRA_API tokentra_text tokentra_error_message(const tokentra_error* error);

/* Thread: exclusive. Owns: frees. Errors: none. Since: 1.0 */
TOKENTRA_API void tokentra_error_free(tokentra_error* error);

/* Thread: concurrent. Owns: view, lives as long as `document`. Errors: none. Since: 1.0 */
TOKENTRA_API tokentra_text tokentra_document_text(const tokentra_document* document);

/* Thread: exclusive. Owns: frees. Errors: none. Since: 1.0 */
TOKENTRA_API void tokentra_document_free(tokentra_document* document);

/* Meter ids are 1 to this number; ids never change their meaning.
 * Thread: any. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API uint32_t tokentra_meter_count(void);

/* 0 when there is no meter of that name. Names in seconds have none: quantities are milliseconds.
 * Thread: any. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API uint32_t tokentra_meter_id(tokentra_text name);

/* Static text; size 0 when there is no such meter.
 * Thread: any. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API tokentra_text tokentra_meter_name(uint32_t meter);

/* Decimal text of an amount, exact and as short as possible ("0.00875"), into a caller's buffer of
 * at least TOKENTRA_MONEY_TEXT_MAX bytes; NUL-terminated; returns its length without the NUL, 0
 * when the amount is out of range. `places` of 0 to 18 rounds half to even for display, a negative
 * one keeps everything.
 * Thread: any. Owns: nothing. Errors: none. Since: 1.0 */
#define TOKENTRA_MONEY_TEXT_MAX 48
TOKENTRA_API size_t tokentra_money_format(tokentra_money money, int32_t places, char* buffer);

/* Instant of an RFC 3339 text with a zone.
 * Thread: any. Owns: *error. Errors: INVALID_ARGUMENT. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_instant_parse(tokentra_text text, int64_t* at_ns,
                                                    tokentra_error** error);

/* ---- 3. Catalog ------------------------------------------------------------------------------ */

/* The catalog compiled into the library. Parses nothing.
 * Thread: any. Owns: *catalog (tokentra_catalog_free), *error. Errors: RESOURCE_EXHAUSTED.
 * Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_catalog_open_builtin(tokentra_catalog** catalog,
                                                           tokentra_error** error);

/* Thread: exclusive. Owns: frees. Errors: none. Since: 1.0 */
TOKENTRA_API void tokentra_catalog_free(tokentra_catalog* catalog);

/* SHA-256 over everything a price depends on, hexadecimal.
 * Thread: concurrent. Owns: view, lives as long as `catalog`. Errors: none. Since: 1.0 */
TOKENTRA_API tokentra_text tokentra_catalog_digest(const tokentra_catalog* catalog);

/* The newest date any price was read from its list, "2026-11-10".
 * Thread: concurrent. Owns: view, lives as long as `catalog`. Errors: none. Since: 1.0 */
TOKENTRA_API tokentra_text tokentra_catalog_as_of(const tokentra_catalog* catalog);

/* Thread: concurrent. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API size_t tokentra_catalog_provider_count(const tokentra_catalog* catalog);

/* Size 0 past the end.
 * Thread: concurrent. Owns: view, lives as long as `catalog`. Errors: none. Since: 1.0 */
TOKENTRA_API tokentra_text tokentra_catalog_provider(const tokentra_catalog* catalog, size_t index);

/* tokentra_model.flags */
#define TOKENTRA_MODEL_DEPRECATED 1u
#define TOKENTRA_MODEL_PRICED 2u    /* has at least one price row */
#define TOKENTRA_MODEL_ALIAS 4u     /* an id that pins conditions of the model `canonical` */
#define TOKENTRA_MODEL_FORBIDDEN 8u /* an overlay took its prices away */

typedef struct tokentra_model {
  tokentra_text id;
  tokentra_text canonical; /* the model's own id */
  uint32_t price_rows;
  uint32_t flags;
  uint64_t reserved;
} tokentra_model;

/* Models of provider `provider_index`, with the aliases that pin conditions after them.
 * Thread: concurrent. Owns: nothing. Errors: none (0 past the end). Since: 1.0 */
TOKENTRA_API size_t tokentra_catalog_model_count(const tokentra_catalog* catalog,
                                                 size_t provider_index);

/* Thread: concurrent. Owns: views in *model, live as long as `catalog`; *error.
 * Errors: OUT_OF_RANGE, INVALID_ARGUMENT (model_size). Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_catalog_model_at(const tokentra_catalog* catalog,
                                                       size_t provider_index, size_t model_index,
                                                       tokentra_model* model, size_t model_size,
                                                       tokentra_error** error);

/* ---- 3a. Overlays ---------------------------------------------------------------------------- */

/* A catalog with the changes of an overlay over `base`, which stays as it is: prices added,
 * replaced and forbidden, aliases, discounts (docs/overlays.md). `json` is the document, `file` its
 * name in errors (absent: "overlay"). Overlays stack, up to 16. The digest covers `base` and
 * everything the overlay says; a bad overlay is refused whole.
 * Thread: concurrent. Owns: *catalog (tokentra_catalog_free), *error.
 * Errors: INVALID_ARGUMENT (the path in the document, the value, the nearest valid one),
 * RESOURCE_EXHAUSTED (memory or a limit). Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_catalog_overlay(const tokentra_catalog* base,
                                                      tokentra_text json, tokentra_text file,
                                                      tokentra_catalog** catalog,
                                                      tokentra_error** error);

/* Thread: concurrent. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API size_t tokentra_catalog_overlay_count(const tokentra_catalog* catalog);

/* The name of an overlay, in the order in which they were laid. Size 0 past the end.
 * Thread: concurrent. Owns: view, lives as long as `catalog`. Errors: none. Since: 1.0 */
TOKENTRA_API tokentra_text tokentra_catalog_overlay_name(const tokentra_catalog* catalog,
                                                         size_t index);

/* A public price list as an overlay document, and a report of everything in it that a price row
 * cannot say. `format` is "litellm" (model_prices_and_context_window.json), "genai-prices" or
 * "openrouter" (its /api/v1/models). `name` becomes the overlay's name; `as_of` is the date on
 * which the list was read, "2026-11-10". The document replaces what its providers had. The report
 * is JSON:
 * {"format", "overlay", "providers", "models", "price_rows", "left_out": [{"at", "value",
 * "reason"}]}.
 * Thread: any. Owns: *overlay, *report (tokentra_document_free), *error.
 * Errors: INVALID_ARGUMENT (a list that is not of the format), RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_overlay_import(tokentra_text format, tokentra_text list,
                                                     tokentra_text name, tokentra_text as_of,
                                                     tokentra_document** overlay,
                                                     tokentra_document** report,
                                                     tokentra_error** error);

/* Whether a file of prices is good: an overlay over `base`, or a provider file as in pricing-data.
 * The error says what is wrong with it: form, unknown names, rows that one call could match twice,
 * magnitudes. `catalog` (may be NULL) receives what it makes.
 * Thread: concurrent. Owns: *catalog, *error. Errors: as tokentra_catalog_overlay. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_catalog_check(const tokentra_catalog* base,
                                                    tokentra_text json, tokentra_text file,
                                                    tokentra_catalog** catalog,
                                                    tokentra_error** error);

typedef struct tokentra_catalog_statistics {
  uint64_t providers;
  uint64_t models;
  uint64_t priced_models;
  uint64_t free_models; /* all of whose price rows are free */
  uint64_t forbidden_models;
  uint64_t aliases;
  uint64_t patterns;
  uint64_t price_rows;
  uint64_t rows_with_source;    /* the others' is null */
  uint64_t rows_from_two_lists; /* evidence names more than one list */
  uint64_t rows_by_overlays;
  uint64_t stale_rows; /* read before `stale_before` */
  int64_t oldest_ns;   /* the days on which the oldest and the newest row were read, or */
  int64_t newest_ns;   /* TOKENTRA_NO_INSTANT */
} tokentra_catalog_statistics;

/* Figures of the provider, or of all when `provider` is absent. `stale_before` is a date, or
 * absent. Thread: concurrent. Owns: *error. Errors: NOT_FOUND (provider; names the nearest),
 * INVALID_ARGUMENT. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_catalog_stats(const tokentra_catalog* catalog,
                                                    tokentra_text provider,
                                                    tokentra_text stale_before,
                                                    tokentra_catalog_statistics* statistics,
                                                    size_t statistics_size, tokentra_error** error);

/* What differs between two catalogs, by provider and model.
 * Thread: concurrent. Owns: *diff (tokentra_diff_free), *error.
 * Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_catalog_diff(const tokentra_catalog* before,
                                                   const tokentra_catalog* after,
                                                   tokentra_diff** diff, tokentra_error** error);

/* Thread: exclusive. Owns: frees. Errors: none. Since: 1.0 */
TOKENTRA_API void tokentra_diff_free(tokentra_diff* diff);

/* Thread: concurrent. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API size_t tokentra_diff_count(const tokentra_diff* diff);

/* tokentra_catalog_change.kind */
#define TOKENTRA_CHANGE_MODEL_ADDED 1
#define TOKENTRA_CHANGE_MODEL_REMOVED 2
#define TOKENTRA_CHANGE_NAME_ADDED 3 /* an alias: `what` */
#define TOKENTRA_CHANGE_NAME_REMOVED 4
#define TOKENTRA_CHANGE_ROW_ADDED 5
#define TOKENTRA_CHANGE_ROW_REMOVED 6
#define TOKENTRA_CHANGE_RATE 7 /* of the meter `what` */

typedef struct tokentra_catalog_change {
  tokentra_text provider;
  tokentra_text model;
  tokentra_text what;
  tokentra_text conditions; /* of the price row: "batch, region eu"; absent: none */
  tokentra_text from;       /* a rate, "2.5 / 1000000"; absent: there was none */
  tokentra_text to;
  uint32_t kind;
  uint32_t reserved;
  uint64_t reserved2;
} tokentra_catalog_change;

/* Thread: concurrent. Owns: views in *change, live as long as `diff`; *error.
 * Errors: OUT_OF_RANGE, INVALID_ARGUMENT (change_size). Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_diff_at(const tokentra_diff* diff, size_t index,
                                              tokentra_catalog_change* change, size_t change_size,
                                              tokentra_error** error);

/* ---- 4. Price -------------------------------------------------------------------------------- */

/* Prices one call. A call whose model or conditions have no price is no error: its state is
 * TOKENTRA_STATE_UNPRICED and its summary says why.
 * Thread: concurrent. Owns: *cost (tokentra_cost_free), *error.
 * Errors: INVALID_ARGUMENT (contradicting meters, a body that is no JSON object, no instant where
 * the price depends on it), OUT_OF_RANGE (an amount), RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_price(const tokentra_catalog* catalog,
                                            const tokentra_call* call, size_t call_size,
                                            tokentra_cost** cost, tokentra_error** error);

/* Thread: exclusive. Owns: frees. Errors: none. Since: 1.0 */
TOKENTRA_API void tokentra_cost_free(tokentra_cost* cost);

typedef struct tokentra_cost_summary {
  tokentra_money total;       /* meaningless when unpriced or unmetered */
  tokentra_money reported;    /* the provider's own total, when has_reported */
  tokentra_text provider;     /* the channel that was priced */
  tokentra_text model;        /* the catalog's id; as named when unpriced */
  tokentra_text service_tier; /* tokentra's word for the tier that was priced */
  tokentra_text region;       /* absent when none was stated and the provider has no default */
  tokentra_text response_id;
  tokentra_text reason; /* why it is unpriced; absent otherwise */
  uint32_t state;
  uint32_t match;
  uint32_t quality;
  uint32_t has_reported;
  uint32_t parts;
  uint32_t lines;
  uint32_t meters;
  uint32_t suggestions;
  uint32_t findings;
  uint32_t batch;
  uint64_t reserved;
} tokentra_cost_summary;

/* Thread: concurrent. Owns: views in *summary, live as long as `cost`; *error.
 * Errors: INVALID_ARGUMENT (summary_size). Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_cost_summarize(const tokentra_cost* cost,
                                                     tokentra_cost_summary* summary,
                                                     size_t summary_size, tokentra_error** error);

/* One billed meter of one part. amount = quantity * rate / per, exactly. */
typedef struct tokentra_cost_line {
  tokentra_money amount;
  tokentra_money rate; /* money per `per` quanta, as published */
  uint64_t per;
  uint64_t quantity; /* billed */
  tokentra_text model;
  tokentra_text meter;
  tokentra_text rate_text; /* decimal text as published: "2.5" */
  tokentra_text price_row; /* content id */
  tokentra_text source;    /* the provider's page, absent when no list names it */
  tokentra_text as_of;
  tokentra_text overlay;      /* the overlays that made or changed the rate; absent: none */
  tokentra_text overlay_note; /* what they did: "20 % off 2.5"; may be absent */
} tokentra_cost_line;

/* Thread: concurrent. Owns: views in *line, live as long as `cost`; *error.
 * Errors: OUT_OF_RANGE, INVALID_ARGUMENT (line_size). Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_cost_line_at(const tokentra_cost* cost, size_t index,
                                                   tokentra_cost_line* line, size_t line_size,
                                                   tokentra_error** error);

/* The inclusive usage of all parts together; `summary.meters` elements.
 * Thread: concurrent. Owns: array, lives as long as `cost`. Errors: none. Since: 1.0 */
TOKENTRA_API const tokentra_quantity* tokentra_cost_usage(const tokentra_cost* cost);

/* Nearest ids for an unknown model; size 0 past the end.
 * Thread: concurrent. Owns: view, lives as long as `cost`. Errors: none. Since: 1.0 */
TOKENTRA_API tokentra_text tokentra_cost_suggestion(const tokentra_cost* cost, size_t index);

/* What was wrong with the body or the conditions though it could be priced; size 0 past the end.
 * Thread: concurrent. Owns: view, lives as long as `cost`. Errors: none. Since: 1.0 */
TOKENTRA_API tokentra_text tokentra_cost_finding(const tokentra_cost* cost, size_t index);

/* The cost as one JSON object, the shape that `tokentra price --json` prints.
 * Thread: concurrent. Owns: *document, *error. Errors: RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_cost_json(const tokentra_cost* cost,
                                                tokentra_document** document,
                                                tokentra_error** error);

/* Why this number: input, match, class, price row, conditions, arithmetic, source. Plain text of
 * several lines.
 * Thread: concurrent. Owns: *document, *error. Errors: RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_cost_explain(const tokentra_cost* cost,
                                                   tokentra_document** document,
                                                   tokentra_error** error);

/* Result of one element of a batch. */
typedef struct tokentra_price_result {
  tokentra_money total;
  uint32_t state;
  uint32_t match;
  int32_t status; /* TOKENTRA_OK, or why this element has no state */
  uint32_t reserved;
} tokentra_price_result;

/* Prices many calls; one result an element, errors included, in order. The usage of call i is
 * quantities[offsets[i]] to quantities[offsets[i + 1]] (offsets has count + 1 elements) unless the
 * call carries its own or a response.
 * Thread: concurrent. Owns: *error. Errors: INVALID_ARGUMENT for the call as a whole only.
 * Since: 1.0 */
TOKENTRA_API tokentra_status
tokentra_price_batch(const tokentra_catalog* catalog, const tokentra_call* calls, size_t count,
                     size_t call_size, const tokentra_quantity* quantities, const uint64_t* offsets,
                     tokentra_price_result* results, size_t result_size, tokentra_error** error);

/* ---- 5. Extract ------------------------------------------------------------------------------ */

/* Reads usage from a response body.
 * Thread: any. Owns: *extraction (tokentra_extraction_free), *error.
 * Errors: INVALID_ARGUMENT (no JSON object, unknown provider or api), RESOURCE_EXHAUSTED.
 * Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_extract(tokentra_text body, tokentra_text provider,
                                              tokentra_text api, tokentra_extraction** extraction,
                                              tokentra_error** error);

/* Thread: exclusive. Owns: frees. Errors: none. Since: 1.0 */
TOKENTRA_API void tokentra_extraction_free(tokentra_extraction* extraction);

typedef struct tokentra_extraction_summary {
  tokentra_money reported;
  tokentra_text provider;
  tokentra_text api;
  tokentra_text model;
  tokentra_text response_id;
  uint32_t quality;
  uint32_t has_reported;
  uint32_t parts; /* 0: unmetered */
  uint32_t conditions;
  uint32_t findings;
  uint32_t meters; /* of all parts together */
  uint64_t reserved;
} tokentra_extraction_summary;

/* Thread: concurrent. Owns: views in *summary, live as long as `extraction`; *error.
 * Errors: INVALID_ARGUMENT (summary_size). Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_extraction_summarize(const tokentra_extraction* extraction,
                                                           tokentra_extraction_summary* summary,
                                                           size_t summary_size,
                                                           tokentra_error** error);

/* The inclusive usage of all parts together; `summary.meters` elements.
 * Thread: concurrent. Owns: array, lives as long as `extraction`. Errors: none. Since: 1.0 */
TOKENTRA_API const tokentra_quantity* tokentra_extraction_usage(
    const tokentra_extraction* extraction);

typedef struct tokentra_part {
  tokentra_text model;
  const tokentra_quantity* usage;
  size_t usage_count;
} tokentra_part;

/* Thread: concurrent. Owns: views in *part, live as long as `extraction`; *error.
 * Errors: OUT_OF_RANGE, INVALID_ARGUMENT (part_size). Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_extraction_part_at(const tokentra_extraction* extraction,
                                                         size_t index, tokentra_part* part,
                                                         size_t part_size, tokentra_error** error);

/* Conditions stated in the body, in the provider's words. Both sizes 0 past the end.
 * Thread: concurrent. Owns: views, live as long as `extraction`. Errors: none. Since: 1.0 */
TOKENTRA_API tokentra_pair tokentra_extraction_condition(const tokentra_extraction* extraction,
                                                         size_t index);

/* Thread: concurrent. Owns: view, lives as long as `extraction`. Errors: none. Since: 1.0 */
TOKENTRA_API tokentra_text tokentra_extraction_finding(const tokentra_extraction* extraction,
                                                       size_t index);

/* A stream: usage of an answer while it arrives. The api is detected when absent; `model` stands
 * where the stream names none (Bedrock), and may be absent.
 * Thread: any. Owns: *stream (tokentra_stream_free), *error.
 * Errors: INVALID_ARGUMENT (an api that the provider does not have), RESOURCE_EXHAUSTED.
 * Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_stream_new(tokentra_text provider, tokentra_text api,
                                                 tokentra_text model, tokentra_stream** stream,
                                                 tokentra_error** error);

/* Thread: exclusive. Owns: frees. Errors: none. Since: 1.0 */
TOKENTRA_API void tokentra_stream_free(tokentra_stream* stream);

/* Takes bytes of the response, cut anywhere: server-sent events, JSON lines, arrays of JSON
 * objects, AWS's binary event stream; also line by line without line ends. What cannot be read is
 * left out and makes the usage incomplete.
 * Thread: exclusive. Owns: *error. Errors: RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_stream_feed(tokentra_stream* stream, tokentra_text bytes,
                                                  tokentra_error** error);

/* Takes one event as JSON, as an SDK gives it.
 * Thread: exclusive. Owns: *error. Errors: INVALID_ARGUMENT (no JSON object), RESOURCE_EXHAUSTED.
 * Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_stream_feed_event(tokentra_stream* stream, tokentra_text json,
                                                        tokentra_error** error);

/* What is known so far; quality INCOMPLETE until the stream has ended. Changes nothing.
 * Thread: concurrent. Owns: *extraction (tokentra_extraction_free), *error.
 * Errors: INVALID_ARGUMENT (an unknown provider whose stream shows no known shape),
 * RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_stream_usage(const tokentra_stream* stream,
                                                   tokentra_extraction** extraction,
                                                   tokentra_error** error);

/* The body that the call would have answered with without streaming, reduced to what is read of
 * it: a JSON object for `tokentra_call.response`.
 * Thread: concurrent. Owns: *document, *error. Errors: RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_stream_body(const tokentra_stream* stream,
                                                  tokentra_document** document,
                                                  tokentra_error** error);

/* ---- 6. Records ------------------------------------------------------------------------------ */

/* tokentra_records_options.flags */
#define TOKENTRA_RECORDS_JSON 1u      /* make the JSON text of every result */
#define TOKENTRA_RECORDS_CONVERT 2u   /* and make it the call record, not its cost */
#define TOKENTRA_RECORDS_FIELDS 4u    /* note fields that are not read */
#define TOKENTRA_RECORDS_HOLD 8u      /* leave what waits for other chunks to tokentra_held_add */
#define TOKENTRA_RECORDS_EXPLAIN 16u  /* add to the JSON text why the cost is what it is */
#define TOKENTRA_RECORDS_METADATA 32u /* keep metadata for tokentra_lint_add, _proposal_add */

typedef struct tokentra_records_options {
  uint64_t first_line;   /* number of the chunk's first line, from 1 */
  int64_t default_at_ns; /* for records without `at`; 0 or TOKENTRA_NO_INSTANT: refused */
  int64_t since_ns;      /* records before it are skipped; 0 or TOKENTRA_NO_INSTANT: none */
  int64_t until_ns;      /* records at or after it are; 0 or TOKENTRA_NO_INSTANT: none */
  uint32_t flags;
  uint32_t source; /* the caller's number of the file; given back in every result */
  uint64_t reserved2;
  tokentra_text format;         /* tokentra_records_format; absent: call records */
  tokentra_text provider;       /* of calls that do not state one */
  tokentra_text model;          /* likewise */
  tokentra_text header;         /* CSV: its first row, when it is not in this chunk */
  const tokentra_pair* columns; /* CSV: fields of the call record and their columns */
  size_t column_count;
  /* With TOKENTRA_RECORDS_CONVERT: its safe fixes are made in the records. NULL: none. */
  const tokentra_convention* fix;
  uint64_t reserved3;
} tokentra_records_options;

/* Names of the formats that records come in: "record", "response", "litellm", ... Static text; size
 * 0 past the end.
 * Thread: any. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API tokentra_text tokentra_records_format(size_t index);

/* What tokentra_records_detect found. */
#define TOKENTRA_DETECT_SHOWN 1u /* a record or the header shows the format */
#define TOKENTRA_DETECT_CSV 2u   /* rows, of which the first is the header */

/* The format of a log that begins with `head`, a few whole records; "record" when nothing in it
 * shows any. Static text.
 * Thread: any. Owns: *error. Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_records_detect(tokentra_text head, tokentra_text* format,
                                                     uint32_t* found, tokentra_error** error);

/* Prices a chunk of a log: whole lines, the last one with or without its newline; a record
 * separator (0x1E) ends a record too, and counts no line. One record may hold several calls, or
 * none. Blank lines have no result but count as lines. A record that cannot be read gives a result
 * with a status. `options` may be NULL: all zero. Thread: concurrent. Owns: *records
 * (tokentra_records_free), *error. Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_records_price(const tokentra_catalog* catalog,
                                                    tokentra_text chunk,
                                                    const tokentra_records_options* options,
                                                    size_t options_size, tokentra_records** records,
                                                    tokentra_error** error);

/* Prices a chunk as above and records every record in the client's ledger: same ids once.
 * Thread: concurrent. Owns: *records (tokentra_records_free), *error.
 * Errors: as tokentra_records_price. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_records_track(tokentra_client* client, tokentra_text chunk,
                                                    const tokentra_records_options* options,
                                                    size_t options_size, tokentra_records** records,
                                                    tokentra_error** error);

/* The first half of tokentra_records_track: prices a chunk and records nothing yet. Chunks that are
 * prepared on any threads and committed in their order come out as if one thread had read them.
 * Thread: concurrent. Owns: *records (tokentra_records_free), *error.
 * Errors: as tokentra_records_price. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_records_prepare(
    const tokentra_client* client, tokentra_text chunk, const tokentra_records_options* options,
    size_t options_size, tokentra_records** records, tokentra_error** error);

/* The second half: records what was prepared, with the same client and options, once. Outcomes are
 * known afterwards.
 * Thread: concurrent on the client, exclusive on `records`. Owns: *error.
 * Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_records_commit(tokentra_client* client,
                                                     tokentra_records* records,
                                                     tokentra_error** error);

/* Explains the one record on `line`, as tokentra_cost_explain does.
 * Thread: concurrent. Owns: *document, *error. Errors: as tokentra_price, and those of reading the
 * record. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_records_explain(
    const tokentra_catalog* catalog, tokentra_text line, const tokentra_records_options* options,
    size_t options_size, tokentra_document** document, tokentra_error** error);

/* Thread: exclusive. Owns: frees. Errors: none. Since: 1.0 */
TOKENTRA_API void tokentra_records_free(tokentra_records* records);

/* Thread: concurrent. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API size_t tokentra_records_count(const tokentra_records* records);

/* Lines of the chunk, blank ones included.
 * Thread: concurrent. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API uint64_t tokentra_records_lines(const tokentra_records* records);

/* tokentra_record.flags */
#define TOKENTRA_RECORD_SKIPPED 1u  /* outside since/until */
#define TOKENTRA_RECORD_FINDINGS 2u /* of its metadata: `finding`, or the client's convention's */

typedef struct tokentra_record {
  tokentra_money total;
  uint64_t line;
  tokentra_text provider;
  tokentra_text model; /* the catalog's id; as named when unpriced */
  tokentra_text id;
  tokentra_text message; /* of the error, or why it is unpriced */
  tokentra_text json;    /* with TOKENTRA_RECORDS_JSON: one object, no newline */
  int64_t at_ns;
  uint64_t input_tokens; /* inclusive, 0 when absent */
  uint64_t output_tokens;
  int32_t status; /* TOKENTRA_OK, or why the record is refused */
  uint32_t state;
  uint32_t match;
  uint32_t quality;
  uint32_t outcome; /* of tracking; 0 when only priced */
  uint32_t flags;
  uint32_t column; /* of an error in its line, from 1; 0: unknown */
  uint32_t source; /* tokentra_records_options.source */
  /* What is wrong with the metadata as it stands in the record, in words; absent: nothing. */
  tokentra_text finding;
} tokentra_record;

/* Thread: concurrent. Owns: views in *record, live as long as `records`; *error.
 * Errors: OUT_OF_RANGE, INVALID_ARGUMENT (record_size). Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_records_at(const tokentra_records* records, size_t index,
                                                 tokentra_record* record, size_t record_size,
                                                 tokentra_error** error);

typedef struct tokentra_records_totals {
  uint64_t lines;
  uint64_t repeated; /* lines that repeat a call of the same id */
  uint64_t covered;  /* spans that repeat the calls under them */
  uint64_t held;     /* waiting for tokentra_held_add */
  uint64_t fields;   /* that are not read, with TOKENTRA_RECORDS_FIELDS */
  uint64_t fixes;    /* values and keys of metadata that were fixed */
} tokentra_records_totals;

/* Thread: concurrent. Owns: *error. Errors: INVALID_ARGUMENT (totals_size). Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_records_total(const tokentra_records* records,
                                                    tokentra_records_totals* totals,
                                                    size_t totals_size, tokentra_error** error);

/* Path of a field that is not read, and through `count` (may be NULL) how often it was there. Size
 * 0 past the end.
 * Thread: concurrent. Owns: view, lives as long as `records`. Errors: none. Since: 1.0 */
TOKENTRA_API tokentra_text tokentra_records_field(const tokentra_records* records, size_t index,
                                                  uint64_t* count);

/* What the chunks of one run leave waiting until all of them are known: lines that repeat one
 * streamed answer, spans around other calls, lines that build on those before them.
 * Thread: any. Owns: *held (tokentra_held_free), *error. Errors: RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_held_new(tokentra_held** held, tokentra_error** error);

/* Thread: exclusive. Owns: frees. Errors: none. Since: 1.0 */
TOKENTRA_API void tokentra_held_free(tokentra_held* held);

/* Takes what `records` holds. In the order of the chunks.
 * Thread: exclusive. Owns: *error. Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_held_add(tokentra_held* held, tokentra_records* records,
                                               tokentra_error** error);

/* How much is held.
 * Thread: concurrent. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API uint64_t tokentra_held_count(const tokentra_held* held);

/* Prices what turns out to count of everything held so far; nothing is held afterwards.
 * Thread: exclusive. Owns: *records (tokentra_records_free), *error.
 * Errors: as tokentra_records_price. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_held_price(tokentra_held* held,
                                                 const tokentra_catalog* catalog,
                                                 const tokentra_records_options* options,
                                                 size_t options_size, tokentra_records** records,
                                                 tokentra_error** error);

/* The same for a client; tokentra_records_commit records it.
 * Thread: exclusive. Owns: *records (tokentra_records_free), *error.
 * Errors: as tokentra_records_price. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_held_prepare(tokentra_held* held,
                                                   const tokentra_client* client,
                                                   const tokentra_records_options* options,
                                                   size_t options_size, tokentra_records** records,
                                                   tokentra_error** error);

/* ---- 7. Client ------------------------------------------------------------------------------- */

/* Thread: any. Owns: *options (tokentra_client_options_free), *error.
 * Errors: RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_client_options_new(tokentra_client_options** options,
                                                         tokentra_error** error);

/* Thread: exclusive. Owns: frees. Errors: none. Since: 1.0 */
TOKENTRA_API void tokentra_client_options_free(tokentra_client_options* options);

/* The catalog to price with; without it the built-in one.
 * Thread: exclusive. Owns: shares `catalog`; *error. Errors: INVALID_ARGUMENT. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_client_options_set_catalog(tokentra_client_options* options,
                                                                 const tokentra_catalog* catalog,
                                                                 tokentra_error** error);

/* Metadata keys that the ledger aggregates by, at most 32; default: project_id, team_id, feature,
 * environment.
 * Thread: exclusive. Owns: copies; *error.
 * Errors: INVALID_ARGUMENT (too many, twice the same, empty), RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status
tokentra_client_options_set_dimensions(tokentra_client_options* options, const tokentra_text* names,
                                       size_t count, tokentra_error** error);

/* The ledger to record into, shared with others; without it the client makes one of its own. The
 * dimensions are the ledger's then, and of the limits none applies.
 * Thread: exclusive. Owns: shares `ledger`; *error. Errors: INVALID_ARGUMENT. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_client_options_set_ledger(tokentra_client_options* options,
                                                                tokentra_ledger* ledger,
                                                                tokentra_error** error);

/* Metadata every event gets unless it states the key itself.
 * Thread: exclusive. Owns: copies; *error. Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED.
 * Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_client_options_set_metadata(tokentra_client_options* options,
                                                                  const tokentra_pair* metadata,
                                                                  size_t count,
                                                                  tokentra_error** error);

/* Limits by name: "ids_max" (ids remembered to count duplicates once, exact up to it; default
 * 1,000,000), "cells_max", "keys_max", "classes_max", "text_bytes_max" (the ledger's memory; past
 * one, events are folded, totals stay exact).
 * Thread: exclusive. Owns: *error. Errors: NOT_FOUND (name), INVALID_ARGUMENT (value).
 * Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_client_options_set_limit(tokentra_client_options* options,
                                                               tokentra_text name, uint64_t value,
                                                               tokentra_error** error);

/* Reads a limit back, the default where it was not set.
 * Thread: concurrent. Owns: *error. Errors: NOT_FOUND. Since: 1.0 */
TOKENTRA_API tokentra_status
tokentra_client_options_get_limit(const tokentra_client_options* options, tokentra_text name,
                                  uint64_t* value, tokentra_error** error);

/* The convention that metadata is checked by before it is stored; without one nothing is checked.
 * NULL: none.
 * Thread: exclusive. Owns: shares `convention`; *error. Errors: INVALID_ARGUMENT. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_client_options_set_convention(
    tokentra_client_options* options, const tokentra_convention* convention,
    tokentra_error** error);

/* A client: catalog + ledger, with default metadata. `options` may be NULL. All functions on a
 * client may run concurrently, except tokentra_client_free.
 * Thread: any. Owns: *client (tokentra_client_free), *error.
 * Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_client_new(const tokentra_client_options* options,
                                                 tokentra_client** client, tokentra_error** error);

/* Thread: exclusive. Owns: frees. Errors: none. Since: 1.0 */
TOKENTRA_API void tokentra_client_free(tokentra_client* client);

/* A client with more metadata over the same ledger; entries given here win over the parent's.
 * Thread: concurrent. Owns: *child, *error. Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED.
 * Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_client_with_metadata(tokentra_client* client,
                                                           const tokentra_pair* metadata,
                                                           size_t count, tokentra_client** child,
                                                           tokentra_error** error);

/* `flags` of tokentra_client_use */
#define TOKENTRA_USE_NO_CONVENTION 1u /* check nothing from now on */

/* Changes what the client prices and checks with, for its parents and children too, in one step:
 * every event meets the old or the new. NULL: as before. Nobody waits for it.
 * Thread: concurrent. Owns: shares `catalog` and `convention`; *error.
 * Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_client_use(tokentra_client* client,
                                                 const tokentra_catalog* catalog,
                                                 const tokentra_convention* convention,
                                                 uint32_t flags, tokentra_error** error);

/* What the convention in use says about metadata with the client's own beneath it, as
 * tokentra_convention_check does. Without a convention: keys in two spellings that differ.
 * Thread: concurrent. Owns: *document, *error. Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED.
 * Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_client_check(tokentra_client* client,
                                                   const tokentra_pair* metadata, size_t count,
                                                   int64_t at_ns, tokentra_document** document,
                                                   tokentra_error** error);

/* Events whose metadata had findings since the convention came into use; mode `observe` counts
 * them too.
 * Thread: concurrent. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API uint64_t tokentra_client_finding_events(const tokentra_client* client);

/* tokentra_track_result.flags */
#define TOKENTRA_TRACK_FOLDED 1u   /* a ledger limit was reached: counted under a coarser key */
#define TOKENTRA_TRACK_FINDINGS 2u /* told by tokentra_client_check and tokentra_price */

typedef struct tokentra_track_result {
  tokentra_money total; /* meaningless when unpriced, unmetered or refused */
  uint32_t outcome;
  uint32_t state;
  uint32_t match;
  uint32_t quality;
  uint32_t flags;
  uint32_t reserved;
  uint64_t reserved2;
} tokentra_track_result;

/* Prices a call and records it. Invalid usage is refused: the outcome says so, it is counted with
 * its reason, the status is that of the error and *result is written all the same.
 * Thread: concurrent, wait-free for keys the thread has seen (events with an id take a lock-free
 * look-up besides). Owns: *error. Errors: as tokentra_price. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_client_track(tokentra_client* client,
                                                   const tokentra_call* call, size_t call_size,
                                                   tokentra_track_result* result,
                                                   size_t result_size, tokentra_error** error);

/* A recorder: provider, model, conditions and metadata of `call` bound once; usage, instant and id
 * of it are ignored.
 * Thread: concurrent. Owns: *recorder (tokentra_recorder_free), *error.
 * Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_recorder_new(tokentra_client* client,
                                                   const tokentra_call* call, size_t call_size,
                                                   tokentra_recorder** recorder,
                                                   tokentra_error** error);

/* Thread: exclusive. Owns: frees. Errors: none. Since: 1.0 */
TOKENTRA_API void tokentra_recorder_free(tokentra_recorder* recorder);

/* Records usage under the recorder's bindings.
 * Thread: concurrent, wait-free as tokentra_client_track. Owns: *error.
 * Errors: as tokentra_client_track. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_recorder_record(const tokentra_recorder* recorder,
                                                      const tokentra_quantity* usage, size_t count,
                                                      int64_t at_ns, tokentra_track_result* result,
                                                      size_t result_size, tokentra_error** error);

/* An immutable view of the ledger: every event whose tracking returned before is in it.
 * Thread: concurrent. Owns: *snapshot (tokentra_snapshot_free), *error.
 * Errors: RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_client_snapshot(tokentra_client* client,
                                                      tokentra_snapshot** snapshot,
                                                      tokentra_error** error);

/* Thread: exclusive. Owns: frees. Errors: none. Since: 1.0 */
TOKENTRA_API void tokentra_snapshot_free(tokentra_snapshot* snapshot);

typedef struct tokentra_snapshot_totals {
  tokentra_money cost; /* of priced and partial events */
  tokentra_money reported;
  uint64_t events; /* recorded, priced or not; refused, duplicate and conflicting ones are apart */
  uint64_t unpriced_events;
  uint64_t partial_events;
  uint64_t unmetered_events;
  uint64_t refused_events;
  uint64_t duplicate_events;
  uint64_t conflict_events;
  uint64_t folded_events;
  uint64_t reported_events;
  uint64_t cells;
  uint64_t ids_overflowed; /* 1: more ids came than ids_max; later repeats may count again */
  uint64_t reserved;
  uint64_t adjusted_events; /* that came after their bucket was closed, and count there */
  uint64_t late_events;     /* that came later still, and count when they came */
  uint64_t skewed_events;   /* that said they were of the future, and count when they came */
  uint64_t deleted_events;  /* by tokentra_ledger_compact; in no total */
} tokentra_snapshot_totals;

/* Thread: concurrent. Owns: *error. Errors: INVALID_ARGUMENT (totals_size), OUT_OF_RANGE.
 * Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_snapshot_total(const tokentra_snapshot* snapshot,
                                                     tokentra_snapshot_totals* totals,
                                                     size_t totals_size, tokentra_error** error);

/* From `from_ns` on, local time is UTC plus `offset_seconds` (a multiple of 900). */
typedef struct tokentra_zone_offset {
  int64_t from_ns;
  int32_t offset_seconds;
  uint32_t reserved;
} tokentra_zone_offset;

typedef struct tokentra_group_options {
  int64_t since_ns; /* buckets before it are left out; 0 or TOKENTRA_NO_INSTANT: none */
  int64_t until_ns; /* buckets at or after it are left out; 0 or TOKENTRA_NO_INSTANT: none */
  const tokentra_zone_offset* zone; /* ascending; for `day` and `hour`; none: UTC */
  size_t zone_count;
} tokentra_group_options;

/* Rows of the snapshot grouped by keys: dimensions, `provider`, `model`, `state`, `service_tier`,
 * `region`, `batch`, `bucket`, `hour`, `day`. Rows are sorted by cost, highest first, then by keys;
 * with a time key, by time first. The costs of all rows sum to the snapshot's cost exactly.
 * `options` may be NULL.
 * Thread: concurrent. Owns: *rows (tokentra_rows_free), *error.
 * Errors: INVALID_ARGUMENT (unknown key; names the nearest), OUT_OF_RANGE, RESOURCE_EXHAUSTED.
 * Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_snapshot_group(const tokentra_snapshot* snapshot,
                                                     const tokentra_text* keys, size_t key_count,
                                                     const tokentra_group_options* options,
                                                     size_t options_size, tokentra_rows** rows,
                                                     tokentra_error** error);

/* Thread: exclusive. Owns: frees. Errors: none. Since: 1.0 */
TOKENTRA_API void tokentra_rows_free(tokentra_rows* rows);

/* Thread: concurrent. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API size_t tokentra_rows_count(const tokentra_rows* rows);

typedef struct tokentra_row {
  tokentra_money cost;
  tokentra_money reported;
  const tokentra_quantity* usage; /* inclusive meters, those above zero */
  size_t usage_count;
  uint64_t events;
  uint64_t unpriced_events;
  uint64_t partial_events;
  uint64_t unmetered_events;
  uint64_t folded_events;
  uint64_t adjusted_events; /* as in tokentra_snapshot_totals, as the next two */
  uint64_t late_events;
  uint64_t skewed_events;
} tokentra_row;

/* Thread: concurrent. Owns: views in *row, live as long as `rows`; *error.
 * Errors: OUT_OF_RANGE, INVALID_ARGUMENT (row_size). Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_rows_at(const tokentra_rows* rows, size_t index,
                                              tokentra_row* row, size_t row_size,
                                              tokentra_error** error);

/* How a row's key stands. */
#define TOKENTRA_KEY_ABSENT 0 /* the events do not state it */
#define TOKENTRA_KEY_PRESENT 1
#define TOKENTRA_KEY_FOLDED 2 /* lost to a ledger limit; totals are exact all the same */

/* The value of key `key_index` (in the order given to tokentra_snapshot_group) in a row, and
 * through `presence` (may be NULL) how it stands. Size 0 unless present, and past either end.
 * Thread: concurrent. Owns: view, lives as long as `rows`. Errors: none. Since: 1.0 */
TOKENTRA_API tokentra_text tokentra_rows_key(const tokentra_rows* rows, size_t index,
                                             size_t key_index, uint32_t* presence);

/* ---- 7a. Reprice ----------------------------------------------------------------------------- */

/* What a snapshot costs with another catalog, the difference by usage class, exact, without
 * replay. Where the calls of a cell would not all pay one price row of `catalog`, the cell is not
 * separable: its cost has bounds, and the reason is said.
 * Thread: concurrent. Owns: *repricing (tokentra_repricing_free), *error.
 * Errors: OUT_OF_RANGE (an amount), INVALID_ARGUMENT, RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_snapshot_reprice(const tokentra_snapshot* snapshot,
                                                       const tokentra_catalog* catalog,
                                                       tokentra_repricing** repricing,
                                                       tokentra_error** error);

/* Thread: exclusive. Owns: frees. Errors: none. Since: 1.0 */
TOKENTRA_API void tokentra_repricing_free(tokentra_repricing* repricing);

/* tokentra_repriced.reasons */
#define TOKENTRA_REPRICE_TIME 1u     /* a price changes inside a bucket */
#define TOKENTRA_REPRICE_CONTEXT 2u  /* a band cuts what the class holds together */
#define TOKENTRA_REPRICE_PER_CALL 4u /* a minimum, step or allowance of one call decides */
#define TOKENTRA_REPRICE_FOLDED 8u   /* the class was folded: its money stays as recorded */

typedef struct tokentra_repriced {
  tokentra_money before; /* as the snapshot has it */
  tokentra_money lower;  /* with the other catalog, at least */
  tokentra_money upper;  /* and at most; equal to `lower` where `reasons` is 0 */
  tokentra_money kept;   /* part of all three that cannot be priced again */
  uint64_t events;
  uint64_t unpriced_before;
  uint64_t unpriced_after; /* surely */
  uint64_t inexact_events; /* in cells that are not separable */
  tokentra_text provider;  /* the rest: absent in the total and in folded classes */
  tokentra_text model;
  tokentra_text service_tier;
  tokentra_text region;
  tokentra_text conditions; /* "batch, quality=hd" */
  tokentra_text context;    /* "input_tokens 0 to 200000" */
  tokentra_text price_row;  /* in force at recording */
  uint32_t reasons;         /* 0: exact */
  uint32_t reserved;
  uint64_t reserved2;
} tokentra_repriced;

/* All classes together.
 * Thread: concurrent. Owns: *error. Errors: INVALID_ARGUMENT (total_size). Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_repricing_total(const tokentra_repricing* repricing,
                                                      tokentra_repriced* total, size_t total_size,
                                                      tokentra_error** error);

/* Usage classes, those whose cost may change most first.
 * Thread: concurrent. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API size_t tokentra_repricing_count(const tokentra_repricing* repricing);

/* Thread: concurrent. Owns: views in *repriced, live as long as `repricing`; *error.
 * Errors: OUT_OF_RANGE, INVALID_ARGUMENT (repriced_size). Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_repricing_at(const tokentra_repricing* repricing,
                                                   size_t index, tokentra_repriced* repriced,
                                                   size_t repriced_size, tokentra_error** error);

/* ---- 8. Ledger ------------------------------------------------------------------------------- */

/* A ledger in a folder, best on tmpfs (/dev/shm/NAME): every process that opens it records into a
 * file of its own, and a snapshot by any of them shows what all recorded, those that were killed
 * included. A forked child goes on with the same object: it begins a file of its own at its first
 * record. What survives a power failure is what was compacted to a disk. */

/* tokentra_ledger_options.flags */
#define TOKENTRA_LEDGER_READ_ONLY 1u /* create and change nothing; recording is refused */
#define TOKENTRA_LEDGER_ADOPT 2u     /* take dimensions and bucket width as the folder has them */

typedef struct tokentra_ledger_options {
  const tokentra_text* dimensions; /* NULL: project_id, team_id, feature, environment */
  size_t dimension_count;
  uint64_t bucket_seconds; /* 60 to 86400, divides a day; 0: 900 */
  uint64_t segment_bytes;  /* of one process's file; 0: 4 MB. Less when there is no room for it */
  uint64_t ids_max;        /* ids remembered; 0: 130,000. The process that creates decides */
  uint64_t cells_max;      /* of what is compacted; 0: 262,144. Past it keys are folded */
  uint64_t keys_max;       /* 0: 65,536 */
  uint64_t classes_max;    /* 0: 4,096 */
  uint64_t text_bytes_max; /* 0: 16 MB */
  uint32_t flags;
  uint32_t reserved;
  /* Of calls with arrived_ns. After its bucket has ended a call is counted as adjusted once so many
   * seconds passed; 0: 3600. A call so long ago is late; 0: 604,800. A call so far in the future is
   * skewed; 0: 300. Late and skewed calls count in the bucket of their arrival. */
  uint64_t adjusted_after_seconds;
  uint64_t late_after_seconds;
  uint64_t skewed_after_seconds;
  uint64_t reserved2;
} tokentra_ledger_options;

/* Opens the ledger in the folder `path`, which is created (mode 0700) when it is missing. `options`
 * may be NULL: all zero.
 * Thread: any. Owns: *ledger (tokentra_ledger_free), *error.
 * Errors: FAILED_PRECONDITION (other dimensions or bucket width than the folder has, naming both;
 * a folder with other files), RESOURCE_EXHAUSTED (no room), PERMISSION_DENIED (another user's),
 * NOT_FOUND (read only, and there is none), DATA_LOSS, UNIMPLEMENTED (a newer format),
 * INVALID_ARGUMENT, UNAVAILABLE. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_ledger_open(tokentra_text path,
                                                  const tokentra_ledger_options* options,
                                                  size_t options_size, tokentra_ledger** ledger,
                                                  tokentra_error** error);

/* Thread: exclusive. Owns: frees. Errors: none. Since: 1.0 */
TOKENTRA_API void tokentra_ledger_free(tokentra_ledger* ledger);

/* Thread: concurrent. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API size_t tokentra_ledger_dimension_count(const tokentra_ledger* ledger);

/* Thread: concurrent. Owns: view, lives as long as `ledger`. Errors: none. Since: 1.0 */
TOKENTRA_API tokentra_text tokentra_ledger_dimension(const tokentra_ledger* ledger, size_t index);

/* The folder; size 0 for a ledger in memory.
 * Thread: concurrent. Owns: view, lives as long as `ledger`. Errors: none. Since: 1.0 */
TOKENTRA_API tokentra_text tokentra_ledger_path(const tokentra_ledger* ledger);

/* Figures of this process's part of the ledger, but for `files`. */
typedef struct tokentra_ledger_statistics {
  uint64_t cells;
  uint64_t keys;
  uint64_t classes;
  uint64_t shards;
  uint64_t folded_events;
  uint64_t memory_bytes;
  uint64_t files; /* in the folder */
  uint64_t compactions;
  uint64_t compactions_failed;
  uint64_t ids_max; /* the first so many ids are remembered, later the last half as many at least */
  uint64_t ids_overflowed; /* 1: ids were forgotten; later repeats may count again */
  uint64_t bucket_seconds;
} tokentra_ledger_statistics;

/* Thread: concurrent. Owns: *error. Errors: INVALID_ARGUMENT (statistics_size). Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_ledger_stats(const tokentra_ledger* ledger,
                                                   tokentra_ledger_statistics* statistics,
                                                   size_t statistics_size, tokentra_error** error);

/* What the ledger holds, of all processes, priced with `catalog`.
 * Thread: concurrent. Owns: *snapshot (tokentra_snapshot_free), *error.
 * Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNAVAILABLE, OUT_OF_RANGE. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_ledger_snapshot(const tokentra_ledger* ledger,
                                                      const tokentra_catalog* catalog,
                                                      tokentra_snapshot** snapshot,
                                                      tokentra_error** error);

typedef struct tokentra_compact_options {
  int64_t
      rollup_before_ns; /* days that ended by then are rolled up; 0 or TOKENTRA_NO_INSTANT: none */
  int64_t delete_before_ns; /* what ended by then is deleted; 0 or TOKENTRA_NO_INSTANT: nothing */
  const tokentra_zone_offset* zone; /* whose days; ascending; none: UTC */
  size_t zone_count;
} tokentra_compact_options;

typedef struct tokentra_compact_result {
  uint64_t cells; /* of what is compacted, afterwards */
  uint64_t rolled_up_cells;
  uint64_t deleted_cells;
  uint64_t deleted_events;
} tokentra_compact_result;

/* Absorbs the files of processes that ended and, of what is compacted, rolls buckets up to days and
 * deletes. Days on which the zone's offset changes stay in buckets; buckets join only under one
 * price row, so no cost changes. Files of live processes keep their buckets until they are
 * absorbed; what is deleted is gone from snapshots at once. `options` may be NULL: only absorb.
 * `result` may be NULL. Thread: concurrent. Owns: *error. Errors: FAILED_PRECONDITION (read only,
 * or a ledger in memory), UNAVAILABLE (another process compacts just now), RESOURCE_EXHAUSTED,
 * INVALID_ARGUMENT. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_ledger_compact(const tokentra_ledger* ledger,
                                                     const tokentra_compact_options* options,
                                                     size_t options_size,
                                                     tokentra_compact_result* result,
                                                     size_t result_size, tokentra_error** error);

/* Erases a dimension's value from what was recorded: its quantities stay, folded, its name goes
 * from every file and snapshot to come. A name that is recorded again afterwards is there again.
 * `erased` (may be NULL): keys that had it. `unreached` (may be NULL): files that could not be read
 * and may hold it still. Thread: concurrent. Owns: *error. Errors: NOT_FOUND (no such dimension;
 * names the nearest), and as tokentra_ledger_compact. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_ledger_erase(const tokentra_ledger* ledger,
                                                   tokentra_text dimension, tokentra_text value,
                                                   uint64_t* erased, uint64_t* unreached,
                                                   tokentra_error** error);

/* The ledger that a client records into; in the memory of the process unless one was opened.
 * Thread: concurrent. Owns: *ledger (tokentra_ledger_free), *error. Errors: INVALID_ARGUMENT.
 * Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_client_ledger(const tokentra_client* client,
                                                    tokentra_ledger** ledger,
                                                    tokentra_error** error);

/* The snapshot as bytes, which say from where each count is: canonical, so that equal snapshots
 * have equal bytes.
 * Thread: concurrent. Owns: *document, *error.
 * Errors: INVALID_ARGUMENT (a difference), RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_snapshot_serialize(const tokentra_snapshot* snapshot,
                                                         tokentra_document** document,
                                                         tokentra_error** error);

/* A snapshot from its bytes, priced with `catalog`.
 * Thread: any. Owns: *snapshot, *error.
 * Errors: INVALID_ARGUMENT, DATA_LOSS (damaged), UNIMPLEMENTED (a newer format), OUT_OF_RANGE,
 * RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_snapshot_load(tokentra_text bytes,
                                                    const tokentra_catalog* catalog,
                                                    tokentra_snapshot** snapshot,
                                                    tokentra_error** error);

/* What both snapshots hold, each count once, in its later version: of several machines, or of one
 * ledger at two times. Order and repetition make no difference. Priced with the catalog of `a`.
 * Thread: concurrent. Owns: *merged (tokentra_snapshot_free), *error.
 * Errors: INVALID_ARGUMENT (other dimensions or bucket width; a difference), OUT_OF_RANGE,
 * RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_snapshot_merge(const tokentra_snapshot* a,
                                                     const tokentra_snapshot* b,
                                                     tokentra_snapshot** merged,
                                                     tokentra_error** error);

/* What came between two snapshots of the same ledger: quantities, and what the money grew by, both
 * exact, priced with the catalog of `later`. It can be totalled and grouped as a snapshot, but has
 * no bytes and does not merge. What was folded or erased in between stands under coarser keys.
 * Thread: concurrent. Owns: *difference (tokentra_snapshot_free), *error.
 * Errors: INVALID_ARGUMENT (different ledgers, dimensions or bucket width; `later` holds less than
 * `earlier`; a difference given), OUT_OF_RANGE, RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_snapshot_diff(const tokentra_snapshot* earlier,
                                                    const tokentra_snapshot* later,
                                                    tokentra_snapshot** difference,
                                                    tokentra_error** error);

/* Metadata keys that the snapshot can be grouped by.
 * Thread: concurrent. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API size_t tokentra_snapshot_dimension_count(const tokentra_snapshot* snapshot);

/* Thread: concurrent. Owns: view, lives as long as `snapshot`. Errors: none. Since: 1.0 */
TOKENTRA_API tokentra_text tokentra_snapshot_dimension(const tokentra_snapshot* snapshot,
                                                       size_t index);

/* Files of the ledger's folder that could not be read and are not in the snapshot.
 * Thread: concurrent. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API size_t tokentra_snapshot_bad_file_count(const tokentra_snapshot* snapshot);

/* "NAME: why". Size 0 past the end.
 * Thread: concurrent. Owns: view, lives as long as `snapshot`. Errors: none. Since: 1.0 */
TOKENTRA_API tokentra_text tokentra_snapshot_bad_file(const tokentra_snapshot* snapshot,
                                                      size_t index);

/* ---- 9. Arrow -------------------------------------------------------------------------------- */

/* Tables of calls come in as a stream of the Arrow C stream interface, from pyarrow, polars,
 * DuckDB, arrow-rs or anything else. Their columns are named as the call record's fields are:
 * provider, model, api, service_tier, region, batch, id, at; meters by name; metadata by key;
 * conditions by name (docs/arrow.md). Texts are utf8, large_utf8, utf8_view or dictionaries of
 * them; meters are integers of any width; instants are timestamps with a zone, int64 nanoseconds or
 * RFC 3339 texts. A null is absent. A column that is no part of a call is an error that names the
 * nearest.
 *
 * A function that takes a stream takes it over: it is released when the function returns, whatever
 * the status, once, and `stream->release` is NULL then. */

/* tokentra_arrow_options.flags */
#define TOKENTRA_ARROW_PER_METER 1u /* pricing: a column `cost_<meter>` for each meter billed */

typedef struct tokentra_arrow_options {
  tokentra_text provider;    /* of rows that state none */
  int64_t default_at_ns;     /* instant of rows that state none; 0: such rows are errors */
  const tokentra_text* tags; /* columns that are metadata whatever their name */
  size_t tag_count;
  uint32_t flags;
  uint32_t reserved;
} tokentra_arrow_options;

/* Prices every row. The table has as many rows: cost (decimal128(38,18), null when unpriced),
 * state, price_row (both dictionaries of utf8), status ("OK" or the code of the row's error) and
 * message. `options` may be NULL.
 * Thread: concurrent. Owns: *table (tokentra_table_free), *error.
 * Errors: INVALID_ARGUMENT (an unknown column, a type its part of a call cannot have, an array that
 * is not what its schema says, an error of the stream), RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_catalog_price_arrow(const tokentra_catalog* catalog,
                                                          struct ArrowArrayStream* stream,
                                                          const tokentra_arrow_options* options,
                                                          size_t options_size,
                                                          tokentra_table** table,
                                                          tokentra_error** error);

typedef struct tokentra_arrow_totals {
  uint64_t rows;
  uint64_t recorded;
  uint64_t unmetered;
  uint64_t duplicates;
  uint64_t conflicts;
  uint64_t refused;
  uint64_t folded; /* of those recorded */
  uint64_t reserved;
} tokentra_arrow_totals;

/* Records every row, as tokentra_client_track would one by one, but for rows of one class, bucket
 * and metadata, which are recorded in one step. `refused` (may be NULL) receives the errors of the
 * first 1,000 refused rows: row, status, message. `options` may be NULL. An error of the stream
 * leaves the rows before it recorded, and says how many.
 * Thread: concurrent. Owns: *refused (tokentra_table_free), *error.
 * Errors: as tokentra_catalog_price_arrow. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_client_record_arrow(
    tokentra_client* client, struct ArrowArrayStream* stream, const tokentra_arrow_options* options,
    size_t options_size, tokentra_arrow_totals* totals, size_t totals_size,
    tokentra_table** refused, tokentra_error** error);

/* The snapshot's cells, one row each: bucket (timestamp in UTC; null: any time), provider, model,
 * state, service_tier, region, batch, a column for each dimension, events, cost (decimal128(38,18);
 * null when unpriced), and a uint64 column for each meter that is above zero anywhere.
 * Thread: concurrent. Owns: *table (tokentra_table_free), *error.
 * Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_snapshot_arrow(const tokentra_snapshot* snapshot,
                                                     tokentra_table** table,
                                                     tokentra_error** error);

/* Fills *stream, which holds nothing, with the table: any number of times. A stream and what is
 * read from it keep what they need of the table.
 * Thread: concurrent. Owns: what the caller has to release, in *stream; *error.
 * Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_table_export(const tokentra_table* table,
                                                   struct ArrowArrayStream* stream,
                                                   tokentra_error** error);

/* Thread: concurrent. Owns: nothing. Errors: none. Since: 1.0 */
TOKENTRA_API uint64_t tokentra_table_row_count(const tokentra_table* table);

/* Thread: exclusive. Owns: frees. Errors: none. Since: 1.0 */
TOKENTRA_API void tokentra_table_free(tokentra_table* table);

/* ---- 10. Convention -------------------------------------------------------------------------- */

/* An organisation's rules for metadata, compiled once from JSON (docs/conventions.md). What it
 * finds never costs money: a value that may not be recorded is replaced by the name of a bucket
 * (`__refused__`, `__quarantined__`, `__redacted__`, `__other__`), under which the event counts. */

typedef struct tokentra_convention_options {
  const tokentra_pair* files; /* vocabulary files: their names in the convention, their texts */
  size_t file_count;
  tokentra_text baseline;        /* a baseline file's JSON: findings known and accepted */
  tokentra_text fingerprint_key; /* makes HMAC fingerprints of sensitive values; absent: none */
} tokentra_convention_options;

/* The convention of the best-practices page: projects are {team}-{product}-{feature}.
 * Thread: any. Owns: *convention (tokentra_convention_free), *error. Errors: RESOURCE_EXHAUSTED.
 * Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_convention_open_builtin(tokentra_convention** convention,
                                                              tokentra_error** error);

/* Names of the files that the convention in `json` names, as a JSON array: the caller reads them.
 * Thread: any. Owns: *document, *error. Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_convention_files(tokentra_text json,
                                                       tokentra_document** document,
                                                       tokentra_error** error);

/* Compiles a convention; `json` absent: the built-in one's. Messages name the rule and show an
 * example. `options` may be NULL.
 * Thread: any. Owns: *convention (tokentra_convention_free), *error.
 * Errors: INVALID_ARGUMENT, NOT_FOUND (a file that is not among the options), RESOURCE_EXHAUSTED.
 * Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_convention_compile(tokentra_text json,
                                                         const tokentra_convention_options* options,
                                                         size_t options_size,
                                                         tokentra_convention** convention,
                                                         tokentra_error** error);

/* Thread: exclusive. Owns: frees. Errors: none. Since: 1.0 */
TOKENTRA_API void tokentra_convention_free(tokentra_convention* convention);

/* Thread: concurrent. Owns: view, lives as long as `convention`. Errors: none. Since: 1.0 */
TOKENTRA_API tokentra_text tokentra_convention_name(const tokentra_convention* convention);

/* SHA-256 over everything compiled, hexadecimal.
 * Thread: concurrent. Owns: view, lives as long as `convention`. Errors: none. Since: 1.0 */
TOKENTRA_API tokentra_text tokentra_convention_digest(const tokentra_convention* convention);

/* The rules in words, with generated valid and invalid examples. Plain text of several lines.
 * Thread: concurrent. Owns: *document, *error. Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED.
 * Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_convention_explain(const tokentra_convention* convention,
                                                         tokentra_document** document,
                                                         tokentra_error** error);

/* The same as one JSON object: name, version, digest, mode, keys, rules.
 * Thread: concurrent. Owns: *document, *error. Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED.
 * Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_convention_describe(const tokentra_convention* convention,
                                                          tokentra_document** document,
                                                          tokentra_error** error);

/* Checks one set of metadata at an instant (TOKENTRA_NO_INSTANT: after every date of the
 * convention):
 * {"mode":...,"findings":[{"rule","name","severity","key","value","begin","end","part",
 * "expected","suggestion","fix_is_safe","applied","baselined","message","fingerprint"}],
 * "recorded":{key: value that is recorded in its place}}. Sensitive values are in none of it.
 * Thread: concurrent. Owns: *document, *error. Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED.
 * Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_convention_check(const tokentra_convention* convention,
                                                       const tokentra_pair* metadata, size_t count,
                                                       int64_t at_ns, tokentra_document** document,
                                                       tokentra_error** error);

/* What a convention finds in logs, ledgers and snapshots, and the money behind it.
 * Thread: concurrent. Owns: *lint (tokentra_lint_free), shares `convention`; *error.
 * Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_lint_new(const tokentra_convention* convention,
                                               tokentra_lint** lint, tokentra_error** error);

/* Thread: exclusive. Owns: frees. Errors: none. Since: 1.0 */
TOKENTRA_API void tokentra_lint_free(tokentra_lint* lint);

/* Adds records that were read with TOKENTRA_RECORDS_METADATA; those refused, skipped, duplicate or
 * conflicting do not count. `sources` are the names of the files, by
 * tokentra_records_options.source. Thread: exclusive. Owns: copies; *error. Errors:
 * INVALID_ARGUMENT, RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_lint_add(tokentra_lint* lint, const tokentra_records* records,
                                               const tokentra_text* sources, size_t source_count,
                                               tokentra_error** error);

/* Adds what a ledger keeps of the metadata. Keys of the convention that it does not keep are not
 * checked, and the report says so.
 * Thread: exclusive. Owns: copies; *error.
 * Errors: INVALID_ARGUMENT, OUT_OF_RANGE, RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_lint_add_snapshot(tokentra_lint* lint,
                                                        const tokentra_snapshot* snapshot,
                                                        tokentra_text source,
                                                        tokentra_error** error);

/* `format` of tokentra_lint_report */
#define TOKENTRA_LINT_TEXT 1u
#define TOKENTRA_LINT_JSON 2u
#define TOKENTRA_LINT_SARIF 3u    /* 2.1.0 */
#define TOKENTRA_LINT_BASELINE 4u /* a file that accepts what was found */

/* Findings by rule, most money first, and how much of the spend is fully attributed, by day.
 * `values_max` bounds the values of a rule that the text shows; 0: 10.
 * Thread: concurrent. Owns: *document, *error. Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED.
 * Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_lint_report(const tokentra_lint* lint, uint32_t format,
                                                  size_t values_max, tokentra_document** document,
                                                  tokentra_error** error);

typedef struct tokentra_lint_totals {
  tokentra_money cost;
  tokentra_money attributed_cost; /* of events that have all the convention requires of them */
  tokentra_money broken_cost;     /* of events with a finding of severity error */
  uint64_t events;
  uint64_t attributed_events;
  uint64_t broken_events;
  uint64_t rules;               /* with a finding */
  uint64_t values;              /* with a finding; those of the baseline included */
  uint32_t attributed_permille; /* of the money, else of the events; rounded down */
  uint32_t reserved;
} tokentra_lint_totals;

/* Thread: concurrent. Owns: *error. Errors: INVALID_ARGUMENT (totals_size), OUT_OF_RANGE,
 * RESOURCE_EXHAUSTED. Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_lint_total(const tokentra_lint* lint,
                                                 tokentra_lint_totals* totals, size_t totals_size,
                                                 tokentra_error** error);

/* A convention inferred from metadata that is there already: a start for people, not a verdict.
 * Thread: any. Owns: *proposal (tokentra_proposal_free), *error. Errors: RESOURCE_EXHAUSTED.
 * Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_proposal_new(tokentra_proposal** proposal,
                                                   tokentra_error** error);

/* Thread: exclusive. Owns: frees. Errors: none. Since: 1.0 */
TOKENTRA_API void tokentra_proposal_free(tokentra_proposal* proposal);

/* Adds records as tokentra_lint_add does.
 * Thread: exclusive. Owns: copies; *error. Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED.
 * Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_proposal_add(tokentra_proposal* proposal,
                                                   const tokentra_records* records,
                                                   tokentra_error** error);

/* The convention's JSON, with what it noticed under "notes". It compiles.
 * Thread: concurrent. Owns: *document, *error. Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED.
 * Since: 1.0 */
TOKENTRA_API tokentra_status tokentra_proposal_json(const tokentra_proposal* proposal,
                                                    tokentra_document** document,
                                                    tokentra_error** error);

#ifdef __cplusplus
}
#endif

#endif /* TOKENTRA_TOKENTRA_H_ */
