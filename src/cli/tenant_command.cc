#include "cli/tenant_command.h"

#include <cerrno>
#include <fstream>
#include <istream>
#include <map>
#include <ostream>
#include <utility>

#include "assembly/tenant_rules.h"
#include "cli/config_command.h"
#include "cli/option_checks.h"
#include "cli/tenant_actions.h"
#include "cli/tenant_document.h"

namespace headgate::cli {

namespace {

// What the command line says; filled when it is read.
struct Arguments {
  std::string tenant;
  std::string type;
  std::string file;
  TenantFormat list_format = TenantFormat::Table;
  TenantFormat get_format = TenantFormat::Yaml;
  std::shared_ptr<config::ConfigArguments> config;
};

Result<std::string> read_all(std::istream& input, const std::string& name) {
  std::string text(kTenantDocumentBytesMax + 1, '\0');
  input.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(input.gcount()));
  if (input.bad()) return Error{Fault::Retry, name + ": cannot be read"};
  if (text.size() > kTenantDocumentBytesMax) return Error{Fault::Invalid, name + ": larger than 1 MiB"};
  return text;
}

class TenantCommand {
 public:
  TenantCommand(CLI::App& app, TenantDeps deps) : deps_(std::move(deps)) {
    arguments_.config = add_config_flags(app, config::kTenant);
    list_ = app.add_subcommand("list", "Show all tenants' destinations");
    get_ = app.add_subcommand("get", "Show a tenant's destinations, or one of them");
    put_ = app.add_subcommand(
        "put", "Store the destinations of a YAML or JSON document; nothing is stored if one is invalid");
    enable_ = app.add_subcommand("enable", "Start delivering to a destination");
    disable_ = app.add_subcommand("disable", "Stop delivering to a destination");
    delete_ = app.add_subcommand("delete", "Delete a destination");
    validate_ = app.add_subcommand("validate", "Check a document, or the stored configurations");
    add_format(*list_, arguments_.list_format);
    add_format(*get_, arguments_.get_format);
    add_tenant_name(*get_)->required();
    add_type(*get_);
    for (CLI::App* one : {enable_, disable_, delete_}) {
      add_tenant_name(*one)->required();
      add_type(*one)->required();
    }
    add_file(*put_)->required();
    CLI::Option* file = add_file(*validate_);
    add_tenant_name(*validate_)->excludes(file);
    for (CLI::App* one : {list_, get_, put_, enable_, disable_, delete_, validate_}) one->fallthrough();
  }

  int run() {
    const std::optional<config::Config> config =
        load_or_complain(*arguments_.config, deps_.environment, deps_.complaints);
    if (!config) return kExitUsage;
    std::string document;
    if (!arguments_.file.empty()) {
      Result<std::string> read = read_document();
      if (!read.ok()) {
        deps_.complaints << read.error().what << '\n';
        return kExitUsage;
      }
      document = std::move(read).value();
    }
    // list, get and validate only look, and make no file for that.
    const bool is_change = put_->parsed() || enable_->parsed() || disable_->parsed() || delete_->parsed();
    const Result<std::shared_ptr<TenantStore>> store =
        deps_.open_store(*config, is_change ? assembly::Access::Change : assembly::Access::Look);
    if (!store.ok()) {
      deps_.complaints << "tenant store: " << store.error().what << '\n';
      return kExitFailure;
    }
    Result<tenants::Groups> groups = tenants::Groups::make(assembly::tenant_groups(*config));
    if (!groups.ok()) {
      deps_.complaints << "tenants.groups: " << groups.error().what << '\n';
      return kExitUsage;
    }
    return act(TenantActions({.store = **store,
                              .clock = deps_.clock,
                              .random = deps_.random,
                              .output = deps_.output,
                              .complaints = deps_.complaints,
                              .rules = assembly::tenant_rules(*config, config->store.kind),
                              .groups = std::move(groups).value()}),
               document);
  }

 private:
  CLI::Option* add_tenant_name(CLI::App& app) {
    return app.add_option("tenant", arguments_.tenant, "The tenant's id")->type_name("");
  }
  CLI::Option* add_type(CLI::App& app) {
    return app.add_option("type", arguments_.type, "cloudwatch, s3, or one of them with #name")
        ->type_name("");
  }
  CLI::Option* add_file(CLI::App& app) {
    return app.add_option("-f,--file", arguments_.file, "YAML or JSON; - is standard input")
        ->type_name("FILE");
  }
  static void add_format(CLI::App& app, TenantFormat& format) {
    const std::map<std::string, TenantFormat> formats = {
        {"table", TenantFormat::Table}, {"yaml", TenantFormat::Yaml}, {"json", TenantFormat::Json}};
    take_word(*app.add_option("-o,--output", format, "The form of the output")->type_name("table|yaml|json"),
              formats);
  }

  std::string document_name() const { return arguments_.file == "-" ? "standard input" : arguments_.file; }

  Result<std::string> read_document() {
    if (arguments_.file == "-") return read_all(deps_.input, document_name());
    std::ifstream file(arguments_.file, std::ios::binary);
    if (!file) return error_from_errno(errno, arguments_.file);
    return read_all(file, document_name());
  }

  int act(TenantActions actions, const std::string& document) {
    const TenantId tenant(arguments_.tenant);
    const DestinationName type(arguments_.type);
    if (list_->parsed()) return actions.list(arguments_.list_format);
    if (get_->parsed()) return actions.get(tenant, type, arguments_.get_format);
    if (put_->parsed()) return actions.put(document, document_name());
    if (enable_->parsed()) return actions.enable(tenant, type);
    if (disable_->parsed()) return actions.disable(tenant, type);
    if (delete_->parsed()) return actions.remove(tenant, type);
    if (arguments_.file.empty()) return actions.validate_stored(tenant);
    return actions.validate_document(document, document_name());
  }

  TenantDeps deps_;
  Arguments arguments_;
  CLI::App* list_ = nullptr;  // the subcommands are the app's
  CLI::App* get_ = nullptr;
  CLI::App* put_ = nullptr;
  CLI::App* enable_ = nullptr;
  CLI::App* disable_ = nullptr;
  CLI::App* delete_ = nullptr;
  CLI::App* validate_ = nullptr;
};

}  // namespace

Command add_tenant(CLI::App& parent, TenantDeps deps) {
  CLI::App* app = parent.add_subcommand("tenant", "List, check and change tenants' destinations");
  app->require_subcommand(1);
  auto command = std::make_shared<TenantCommand>(*app, std::move(deps));  // shared with the copies of `run`
  return {.app = app, .run = [command] { return command->run(); }};
}

}  // namespace headgate::cli
