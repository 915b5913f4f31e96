#include "results/render.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "errors/nearest_name.h"
#include "errors/user_error.h"

namespace headsweep::results {
namespace {

constexpr std::array<std::string_view, 4> kFormatNames = {"table", "csv", "json", "markdown"};
constexpr std::size_t kWidestCell = 60;  // characters

// UTF-8: bytes that continue a character do not count.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// First line, cut to kWidestCell characters.
std::string short_text(const std::string& text) {
  std::string line = text.substr(0, text.find('\n'));
  const bool more_lines = line.size() < text.size();
  if (!more_lines && width_of(line) <= kWidestCell) return line;
  while (width_of(line) > kWidestCell - 1) line.pop_back();
  while (!line.empty() && (static_cast<unsigned char>(line.back()) & 0xc0) == 0xc0) line.pop_back();
  return line + "…";
}

std::string full_digits(double value) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

std::string readable(const Cell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&cell)) return readable_number(*real);
  if (const auto* text = std::get_if<std::string>(&cell)) return short_text(*text);
  return "";
}

bool is_text(const Cell& cell) {
  return std::holds_alternative<std::string>(cell);
}

struct Column {
  std::string name;
  std::vector<std::string> cells;
  std::size_t width = 0;
  bool text = false;  // aligned to the left
};

template <class CellText>
std::vector<Column> readable_columns(const Table& table, CellText cell_text) {
  std::vector<Column> columns;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    Column column{table.columns[i], {}, width_of(table.columns[i]), false};
    for (const std::vector<Cell>& row : table.rows) {
      column.cells.push_back(cell_text(row[i]));
      column.width = std::max(column.width, width_of(column.cells.back()));
      column.text = column.text || is_text(row[i]);
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

std::string padded(const std::string& text, const Column& column) {
  const std::string spaces(column.width - width_of(text), ' ');
  return column.text ? text + spaces : spaces + text;
}

template <class CellText>
std::string aligned_line(const std::vector<Column>& columns, CellText cell_text) {
  std::string line;
  for (const Column& column : columns) {
    if (!line.empty()) line += "  ";
    line += padded(cell_text(column), column);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string render_aligned(const Table& table) {
  const std::vector<Column> columns = readable_columns(table, readable);
  std::string text = aligned_line(columns, [](const Column& column) { return column.name; });
  text += aligned_line(columns, [](const Column& column) { return std::string(column.width, '-'); });
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    text += aligned_line(columns, [row](const Column& column) { return column.cells[row]; });
  }
  return text;
}

std::string escape_pipes(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

// A row of Markdown is one line: lines of a cell are joined.
std::string markdown_cell(const Cell& cell) {
  const auto* const text = std::get_if<std::string>(&cell);
  if (text == nullptr) return readable(cell);
  std::string line = *text;
  std::ranges::replace(line, '\n', ' ');
  return short_text(line);
}

std::string render_markdown(const Table& table) {
  const std::vector<Column> columns = readable_columns(table, markdown_cell);
  std::string text = "|";
  std::string rule = "|";
  for (const Column& column : columns) {
    text += " " + escape_pipes(column.name) + " |";
    rule += column.text ? " --- |" : " ---: |";
  }
  text += "\n" + rule + "\n";
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    text += "|";
    for (const Column& column : columns) text += " " + escape_pipes(column.cells[row]) + " |";
    text += "\n";
  }
  return text;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string csv_cell(const Cell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&cell)) return full_digits(*real);
  if (const auto* text = std::get_if<std::string>(&cell)) return csv_field(*text);
  return "";
}

std::string render_csv(const Table& table) {
  std::string text;
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    text += (i == 0 ? "" : ",") + csv_field(table.columns[i]);
  text += "\n";
  for (const std::vector<Cell>& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : ",") + csv_cell(row[i]);
    text += "\n";
  }
  return text;
}

std::string json_text(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_cell(const Cell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&cell)) return json_text(*real);
  if (const auto* text = std::get_if<std::string>(&cell)) return json_text(*text);
  return "null";
}

// One object a line: people can read it and compare it line by line.
std::string render_json(const Table& table) {
  std::vector<std::string> keys;
  for (const std::string& column : table.columns) keys.push_back(json_text(column) + ":");
  std::string text = "[";
  for (const std::vector<Cell>& row : table.rows) {
    text += &row == table.rows.data() ? "\n{" : ",\n{";
    for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : ",") + keys[i] + json_cell(row[i]);
    text += "}";
  }
  return text + (table.rows.empty() ? "]\n" : "\n]\n");
}

}  // namespace

Format parse_format(std::string_view name) {
  const auto* const found = std::ranges::find(kFormatNames, name);
  if (found == kFormatNames.end()) {
    throw UserError("unknown format '" + std::string(name) + "': table, csv, json or markdown" +
                    did_you_mean(name, kFormatNames));
  }
  return static_cast<Format>(found - kFormatNames.begin());
}

std::string readable_number(double value) {
  std::array<char, 32> text{};
  // Whole numbers up to a million read better without an exponent.
  const bool plain = value == std::trunc(value) && std::abs(value) < 1e6;
  std::snprintf(text.data(), text.size(), plain ? "%.0f" : "%.4g", value);
  return text.data();
}

std::string render(const Table& table, Format format) {
  switch (format) {
    case Format::kCsv:
      return render_csv(table);
    case Format::kJson:
      return render_json(table);
    case Format::kMarkdown:
      return render_markdown(table);
    default:
      return render_aligned(table);
  }
}

}  // namespace headsweep::results
