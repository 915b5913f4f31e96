#include "results/verify.h"

#include <fstream>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>

#include "errors/user_error.h"
#include "results/cells.h"
#include "sample_store.h"
#include "trial/sha256.h"

namespace headsweep::results {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class VerifyTest : public StoreTest {
 protected:
  void SetUp() override {
    make_finished_store(path(), 3, [](protocol::TrialId trial) { return trial == 12; });
  }

  [[nodiscard]] std::vector<Finding> findings() const {
    StoreReader reader(path());
    return verify(reader);
  }
  void damage(const std::string& statement) const {
    SQLite::Database database(path().string(), SQLite::OPEN_READWRITE);
    EXPECT_GT(database.exec(statement), 0) << statement;
  }
};

auto finding(const std::string& where, const std::string& problem) {
  return AllOf(Field(&Finding::where, HasSubstr(where)), Field(&Finding::problem, HasSubstr(problem)));
}

TEST_F(VerifyTest, FindsNothingInAWholeStore) {
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(VerifyTest, FindsNothingAfterAnExtension) {
  {
    OwnedStore store(path());
    run_all(store, freeze(store, sample_sweep(4), IfChanged::kExtend));
  }
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(VerifyTest, FindsOneChangedBitOfAMetric) {
  // The lowest bit of the mantissa.
  damage(
      "UPDATE layer_metrics SET fidelity_min = fidelity_min * (1 + 2.3e-16) WHERE trial = 5 AND layer = 1 "
      "AND split = 'train'");
  EXPECT_THAT(findings(),
              testing::ElementsAre(finding("layer_metrics trial 5, layer 1, split train", "hash differs")));
}

TEST_F(VerifyTest, FindsAChangeInEveryTable) {
  for (const std::string statement :
       {"UPDATE sweeps SET name = 'x'", "UPDATE trials SET parameters = parameters + 1 WHERE trial = 3",
        "UPDATE results SET loss = loss + 1e-9 WHERE trial = 3",
        "UPDATE attempts SET message = 'x' WHERE attempt = 2", "UPDATE workers SET pid = 1",
        "UPDATE head_metrics SET head_importance_n = 9 WHERE trial = 3",
        "UPDATE curves SET loss = 3 WHERE trial = 2", "UPDATE curve_metrics SET layer = 7 WHERE trial = 2",
        "UPDATE baselines SET name = 'uniforn' WHERE name = 'uniform'", "UPDATE metrics SET scale = 'plain'",
        "UPDATE t_quantiles SET t = t * 2 WHERE df = 3"}) {
    std::filesystem::copy_file(path(), path().string() + ".whole");
    damage(statement);
    EXPECT_THAT(findings(), Contains(Field(&Finding::problem, HasSubstr("hash differs")))) << statement;
    std::filesystem::rename(path().string() + ".whole", path());
  }
}

TEST_F(VerifyTest, FindsSettingsThatDoNotGiveTheKey) {
  damage("UPDATE trials SET settings = replace(settings, '\"seed\":1', '\"seed\":2') WHERE trial = 2");
  EXPECT_THAT(findings(), Contains(finding("trial 2", "key does not follow from the settings")));
}

TEST_F(VerifyTest, FindsAMaterialisedSettingThatDiffers) {
  damage("UPDATE trials SET heads = 3 WHERE trial = 2");
  EXPECT_THAT(findings(), Contains(finding("trial 2", "heads does not follow from the settings")));
}

TEST_F(VerifyTest, FindsAPlanThatDoesNotGiveItsHash) {
  damage("UPDATE sweeps SET canonical = canonical || ' '");
  EXPECT_THAT(findings(), Contains(finding("sweeps", "plan hash")));
}

TEST_F(VerifyTest, FindsMissingRows) {
  damage("DELETE FROM layer_metrics WHERE trial = 5 AND layer = 1 AND split = 'train'");
  EXPECT_THAT(findings(), testing::ElementsAre(finding("trial 5", "rows of layer_metrics are missing")));
}

TEST_F(VerifyTest, FindsMissingResults) {
  for (const std::string table :
       {"layer_metrics", "head_metrics", "curve_metrics", "curves", "baselines", "trial_values", "results"}) {
    damage("DELETE FROM " + table + " WHERE trial = 5");
  }
  EXPECT_THAT(findings(),
              testing::ElementsAre(finding("trial 5", "done but has no result"),
                                   finding("trial_values trial 5", "is not what its results say")));
}

TEST_F(VerifyTest, FindsStatesThatContradictResults) {
  damage("UPDATE trials SET state = 'planned' WHERE trial = 4");
  EXPECT_THAT(findings(), testing::ElementsAre(finding("trial 4", "has a result but is not done")));
}

TEST_F(VerifyTest, FindsRowsWithoutTheirParent) {
  damage("DELETE FROM attempts WHERE attempt = 12");  // failed: nothing else refers to it
  EXPECT_THAT(findings(), IsEmpty());
  damage("DELETE FROM attempts WHERE attempt = 3");
  EXPECT_THAT(findings(), Contains(finding("results", "refers to a row of attempts")));
}

TEST_F(VerifyTest, FindsAChangedView) {
  damage("DROP VIEW pairs; UPDATE metrics SET unit = unit");
  EXPECT_THAT(findings(), Contains(finding("schema", "not as headsweep wrote them")));
}

TEST_F(VerifyTest, ChecksKeptWeights) {
  const std::filesystem::path store_path = path().parent_path() / "kept.db";
  {
    OwnedStore store(store_path);
    const FrozenSweep frozen = freeze(store, sample_sweep());
    protocol::TrialResult result = sample_result(1);
    result.parameters = sql_integer(store_path, "SELECT parameters FROM trials WHERE trial = 1");
    result.model_file = "models/1.pt";
    result.model_sha256 = trial::sha256_hex(std::string_view("weights"));
    StoreWriter writer(store, frozen.sweep);
    writer.submit(AttemptStarted{1, 1, 1});
    writer.submit(AttemptSucceeded{1, 1, result});
    writer.finish();
  }
  StoreReader reader(store_path);
  EXPECT_THAT(verify(reader), IsEmpty()) << "a copy of the file alone has no models to check";
  std::filesystem::create_directories(store_folder(store_path) / "models");
  EXPECT_THAT(verify(reader), testing::ElementsAre(finding("models/1.pt", "missing")));
  std::ofstream(store_folder(store_path) / "models/1.pt") << "weights";
  EXPECT_THAT(verify(reader), IsEmpty());
  std::ofstream(store_folder(store_path) / "models/1.pt") << "Weights";
  EXPECT_THAT(verify(reader), testing::ElementsAre(finding("models/1.pt", "damaged")));
}

void append(std::string& text, const std::vector<Cell>& row) {
  for (const Cell& cell : row) {
    if (const auto* integer = std::get_if<std::int64_t>(&cell)) text += std::to_string(*integer);
    if (const auto* real = std::get_if<double>(&cell))
      text.append(reinterpret_cast<const char*>(real), sizeof *real);
    if (const auto* string = std::get_if<std::string>(&cell)) text += *string;
    text += '|';
  }
}

// Everything that queries can see, as one text.
std::string contents(const std::filesystem::path& store) {
  SQLite::Database database(store.string(), SQLite::OPEN_READONLY);
  std::string text;
  for (const std::string table : {"sweeps", "amendments", "trials", "attempts", "results", "layer_metrics",
                                  "head_metrics", "curves", "curve_metrics", "baselines", "workers", "events",
                                  "metrics", "t_quantiles", "store_info", "sqlite_schema"}) {
    SQLite::Statement query(database, "SELECT * FROM " + table + " NOT INDEXED");
    while (query.executeStep()) append(text, read_row(query));
  }
  return text;
}

// Whether a query would see other data or fail.
bool shows(const std::filesystem::path& store, const std::string& whole) {
  try {
    return contents(store) != whole;
  } catch (const SQLite::Exception&) {
    return true;
  }
}

bool found(const std::filesystem::path& store) {
  try {
    StoreReader reader(store);
    return !verify(reader).empty();
  } catch (const UserError&) {
    return true;
  }
}

// One bit of the file at a time, spread over all of it: whatever a query would show otherwise is found.
TEST_F(VerifyTest, FindsEveryFlippedBitThatChangesData) {
  const std::string whole = contents(path());
  const std::filesystem::path copy = path().parent_path() / "copy.db";
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(path()));
  constexpr std::int64_t kFlips = 400;
  std::int64_t changed = 0;
  for (std::int64_t flip = 0; flip < kFlips; ++flip) {
    // Prime steps: every offset within pages and every bit occurs.
    const std::int64_t place = (flip * 7919 * 31) % size;
    std::filesystem::copy_file(path(), copy, std::filesystem::copy_options::overwrite_existing);
    {
      std::fstream file(copy, std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(place);
      const int byte = file.get();
      file.seekp(place);
      file.put(static_cast<char>(byte ^ (1 << (flip % 8))));
    }
    if (!shows(copy, whole)) continue;
    ++changed;
    EXPECT_TRUE(found(copy)) << "bit " << flip % 8 << " of byte " << place;
  }
  EXPECT_GT(changed, 50);
  std::cout << changed << " of " << kFlips << " flipped bits change what queries see; verify found them\n";
}

}  // namespace
}  // namespace headsweep::results
