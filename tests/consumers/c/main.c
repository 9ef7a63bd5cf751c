/* Prices a call, tracks two, prints who spent what. C99; knows only an installed tokentra. */
#include <stdio.h>
#include <string.h>
#include <tokentra/tokentra.h>

static tokentra_text text(const char* string) {
  const tokentra_text view = {string, strlen(string)};
  return view;
}

static const char* dollars(tokentra_money money, char* buffer) {
  tokentra_money_format(money, -1, buffer); /* exact: every decimal there is */
  return buffer;
}

/* A call of a model by a team, at noon on 15 October 2026. */
static tokentra_call make_call(const char* model, const tokentra_quantity* usage,
                               const tokentra_pair* team) {
  tokentra_call call;
  memset(&call, 0, sizeof call);
  call.provider = text("openai");
  call.model = text(model);
  call.usage = usage;
  call.usage_count = 2;
  call.metadata = team;
  call.metadata_count = 1;
  call.at_ns = INT64_C(1792065600) * 1000000000;
  return call;
}

static tokentra_status run(tokentra_error** error) {
  const tokentra_quantity chat[] = {{tokentra_meter_id(text("input_tokens")), 0, 1500},
                                    {tokentra_meter_id(text("output_tokens")), 0, 500}};
  const tokentra_quantity search[] = {{tokentra_meter_id(text("input_tokens")), 0, 4000},
                                      {tokentra_meter_id(text("output_tokens")), 0, 1000}};
  const tokentra_pair growth = {text("team_id"), text("growth")};
  const tokentra_pair research = {text("team_id"), text("research")};
  const tokentra_call calls[] = {make_call("gpt-4o", chat, &growth),
                                 make_call("gpt-4o-mini", search, &research)};
  const tokentra_text key = text("team_id");
  char buffer[TOKENTRA_MONEY_TEXT_MAX];
  tokentra_catalog* catalog = NULL;
  tokentra_cost* cost = NULL;
  tokentra_cost_summary summary;
  tokentra_client* client = NULL;
  tokentra_track_result result;
  tokentra_snapshot* snapshot = NULL;
  tokentra_rows* rows = NULL;
  tokentra_row row;
  size_t i;

  /* One call, priced by the catalog that is built in. */
  tokentra_status status = tokentra_catalog_open_builtin(&catalog, error);
  if (status == TOKENTRA_OK) {
    status = tokentra_price(catalog, &calls[0], sizeof calls[0], &cost, error);
  }
  if (status == TOKENTRA_OK) {
    status = tokentra_cost_summarize(cost, &summary, sizeof summary, error);
  }
  if (status == TOKENTRA_OK) {
    printf("%.*s costs %s USD\n", (int)summary.model.size, summary.model.data,
           dollars(summary.total, buffer));
  }

  /* Two calls, tracked; then the ledger by team. */
  if (status == TOKENTRA_OK) status = tokentra_client_new(NULL, &client, error);
  for (i = 0; i < 2 && status == TOKENTRA_OK; ++i) {
    status =
        tokentra_client_track(client, &calls[i], sizeof calls[i], &result, sizeof result, error);
  }
  if (status == TOKENTRA_OK) status = tokentra_client_snapshot(client, &snapshot, error);
  if (status == TOKENTRA_OK) {
    status = tokentra_snapshot_group(snapshot, &key, 1, NULL, 0, &rows, error);
  }
  for (i = 0; i < tokentra_rows_count(rows) && status == TOKENTRA_OK; ++i) {
    const tokentra_text team = tokentra_rows_key(rows, i, 0, NULL);
    status = tokentra_rows_at(rows, i, &row, sizeof row, error);
    if (status == TOKENTRA_OK) {
      printf("%.*s spent %s USD\n", (int)team.size, team.data, dollars(row.cost, buffer));
    }
  }

  /* In any order; freeing NULL does nothing. */
  tokentra_catalog_free(catalog);
  tokentra_client_free(client);
  tokentra_rows_free(rows);
  tokentra_snapshot_free(snapshot);
  tokentra_cost_free(cost);
  return status;
}

int main(void) {
  tokentra_error* error = NULL;
  const tokentra_status status = run(&error);
  if (status != TOKENTRA_OK) {
    const tokentra_text message = tokentra_error_message(error);
    fprintf(stderr, "%s: %.*s\n", tokentra_status_name(status), (int)message.size, message.data);
    tokentra_error_free(error);
  }
  return status == TOKENTRA_OK ? 0 : 1;
}
